package org.dxos.dmg.explain;

import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Version;

/**
 * Why one release is in a solution, and none newer of its module.
 *
 * @param by what it meets, by others that are there or by what was asked for
 * @param reason why none newer
 * @param strangers releases that provide an API it was chosen for, and may not
 */
public record Choice(
    Name name, Version version, List<Fact> by, Reason reason, List<LeftOut> strangers) {

  public Choice {
    by = List.copyOf(by);
    strangers = List.copyOf(strangers);
  }

  /** Why no newer release of the module was chosen. */
  public sealed interface Reason {}

  /** There is none. */
  public record Newest() implements Reason {}

  /** The newest cannot be chosen at all. */
  public record CannotBe(LeftOut newer) implements Reason {}

  /** It was to be held, and could be. */
  public record Kept(Version newer) implements Reason {}

  /** What it is there for does not want the newest. */
  public record Held(Version newer, List<Fact> by) implements Reason {
    public Held {
      by = List.copyOf(by);
    }
  }

  /** With the newest there is no solution. */
  public record NoSolution(Version newer, Explanation why) implements Reason {}

  /**
   * With the newest there is a solution, in which something decided before is older.
   *
   * @param instead what was decided before, {@code name@version}
   */
  public record Yields(Version newer, String instead) implements Reason {}

  /** Another provider of the API goes first: named, of the owner, or of a newer API version. */
  public record ProvidesBetter(Version newer) implements Reason {}

  /** In words, the first line about this release, the others about what it says. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    String reference = "`" + name + "@" + version + "`";
    lines.add(
        switch (reason) {
          case Newest _ -> reference + " is the newest";
          case CannotBe cannot ->
              reference
                  + ", not "
                  + cannot.newer().version()
                  + ": "
                  + Words.leftOut(cannot.newer());
          case Kept kept -> reference + ", not " + kept.newer() + ": it is held where it was";
          case Held held ->
              reference
                  + ", not "
                  + held.newer()
                  + ": "
                  + String.join(" and ", held.by().stream().map(Choice::wants).toList());
          case NoSolution no ->
              reference
                  + ", not "
                  + no.newer()
                  + ", with which there is no solution: "
                  + no.why().reason();
          case Yields yields ->
              reference
                  + ", not "
                  + yields.newer()
                  + ": `"
                  + yields.instead()
                  + "` was decided before it, and would have to be older";
          case ProvidesBetter better ->
              reference + ", not " + better.newer() + ", which does not provide what is wanted";
        });
    List<Fact> said = reason instanceof Held held ? held.by() : List.of();
    by.stream().filter(fact -> !said.contains(fact)).forEach(fact -> lines.add("  " + wants(fact)));
    strangers.forEach(one -> lines.add("  " + Words.leftOut(one)));
    return lines;
  }

  private static String wants(Fact fact) {
    return Words.subject(fact) + " " + Words.verb(fact) + " " + fact.wanted().reference();
  }
}
