package org.dxos.dmg.explain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Version;

/**
 * Why one release is in a solution, and none newer of its module.
 *
 * @param by what it meets, by others that are there or by what was asked for
 * @param reasons why none newer: of the newest in its line, then of the newest of all; one at least
 * @param ahead providers of an API that it was chosen before
 * @param strangers releases that provide an API it was chosen for, and may not
 * @param said what was said of it since it was made, such as that it is yanked
 */
public record Choice(
    Name name,
    Version version,
    List<Fact> by,
    List<Reason> reasons,
    List<Ahead> ahead,
    List<LeftOut> strangers,
    List<String> said) {

  public Choice {
    by = List.copyOf(by);
    reasons = List.copyOf(reasons);
    ahead = List.copyOf(ahead);
    strangers = List.copyOf(strangers);
    said = List.copyOf(said);
  }

  /** Why no newer release of the module was chosen. */
  public sealed interface Reason {}

  /** There is none. */
  public record Newest() implements Reason {}

  /** The newer one cannot be chosen at all. */
  public record CannotBe(LeftOut newer) implements Reason {}

  /** It was to be held, and could be. */
  public record Kept(Version newer) implements Reason {}

  /** What it is there for does not want the newer one. */
  public record Held(Version newer, List<Fact> by) implements Reason {
    public Held {
      by = List.copyOf(by);
    }
  }

  /** With the newer one there is no solution. */
  public record NoSolution(Version newer, Explanation why) implements Reason {}

  /**
   * With the newer one there is a solution, in which something decided before is another.
   *
   * @param instead what was decided before, {@code name@version}
   */
  public record Yields(Version newer, String instead) implements Reason {}

  /**
   * What would be with the newer one was not asked: too many questions of this kind came before.
   */
  public record NotAsked(Version newer) implements Reason {}

  /** Another provider of the API goes first: named, of the owner, or of a newer API version. */
  public record ProvidesBetter(Version newer) implements Reason {}

  /**
   * Another provider of an API, which would have done as well.
   *
   * @param other {@code name@version}
   * @param why which place in the order it has
   */
  public record Ahead(Name api, String other, Place why) {}

  /** In which order providers are taken. */
  public enum Place {
    NAMED("the dependency names it"),
    OWNER("its authority is the API's owner"),
    NEWER("it provides a newer version of the API"),
    NAME("both provide the same, and its name comes first");

    private final String words;

    Place(String words) {
      this.words = words;
    }
  }

  /** In words, the first line about this release, the others about what it says. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    Set<Fact> told = new HashSet<>();
    for (Reason reason : reasons) {
      String words = words(reason);
      lines.add(
          lines.isEmpty()
              ? "`" + name + "@" + version + "`" + (reason instanceof Newest ? " " : ", ") + words
              : "  and " + words);
      if (reason instanceof Held held) {
        told.addAll(held.by());
      }
    }
    by.stream().filter(fact -> !told.contains(fact)).forEach(fact -> lines.add("  " + wants(fact)));
    said.forEach(one -> lines.add("  " + one));
    ahead.forEach(
        one ->
            lines.add(
                "  it goes before `"
                    + one.other()
                    + "` for `"
                    + one.api()
                    + "`: "
                    + one.why().words));
    strangers.forEach(one -> lines.add("  " + Words.leftOut(one)));
    return lines;
  }

  private static String words(Reason reason) {
    return switch (reason) {
      case Newest _ -> "is the newest";
      case CannotBe cannot ->
          "not " + cannot.newer().version() + ": " + Words.leftOut(cannot.newer());
      case Kept kept -> "not " + kept.newer() + ": it is held where it was";
      case Held held ->
          "not "
              + held.newer()
              + ": "
              + String.join(" and ", held.by().stream().map(Choice::wants).toList());
      case NoSolution no ->
          "not " + no.newer() + ", with which there is no solution: " + no.why().reason();
      case Yields yields ->
          "not "
              + yields.newer()
              + ": with that, `"
              + yields.instead()
              + "` could not be, and it was decided before";
      case NotAsked not ->
          "not "
              + not.newer()
              + ": something decided before stands against it; what, was not looked for";
      case ProvidesBetter better ->
          "not " + better.newer() + ", which does not provide what is wanted";
    };
  }

  private static String wants(Fact fact) {
    return Words.subject(fact) + " " + Words.verb(fact) + " " + fact.wanted().reference();
  }
}
