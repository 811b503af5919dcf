package org.dxos.dmg.explain;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.version.Version;

/** What would mend a failure. */
final class Mends {

  private static final int MOST = 4;

  private Mends() {}

  static List<String> of(Explanation why) {
    Set<String> mends = new LinkedHashSet<>();
    for (Fact fact : why.facts()) {
      if (fact.wanted().isHopeless()) {
        fact.wanted().parts().forEach(part -> hopeless(fact, part, mends));
      }
    }
    if (mends.isEmpty()) {
      Conflicts.of(why).ifPresent(found -> conflict(found, why, mends));
    }
    if (mends.isEmpty()) {
      why.facts().stream()
          .forEach(
              fact ->
                  fact.wanted().parts().stream()
                      .flatMap(part -> part.leftOut().stream())
                      .forEach(one -> leftOut(fact, one, mends)));
      mends.add(
          why.facts().stream().anyMatch(Fact.Requires.class::isInstance)
              ? "ask for other versions, or publish releases whose ranges are wider"
              : "ask for less at a time, or for wider ranges");
      if (!why.oneALine()) {
        mends.add("one version a name is the strict rule: try `--rule line`");
      }
    }
    return mends.stream().limit(MOST).toList();
  }

  private static void hopeless(Fact fact, Wanted.Part part, Set<String> mends) {
    if (part.genesis().isEmpty()) {
      mends.add(
          "publish a release after "
              + Words.subject(fact)
              + " where `"
              + part.name().authority().base()
              + "` is held: it then says which it means");
      return;
    }
    part.leftOut().forEach(one -> leftOut(fact, one, mends));
    if (!part.near().isEmpty()) {
      mends.add(
          "names near to it: "
              + String.join(", ", part.near().stream().map(near -> "`" + near + "`").toList()));
    }
    boolean api = part.name().kind() == Kind.API;
    Optional<Version> nearest = part.wider().stream().findFirst();
    if (nearest.isPresent()) {
      mends.add(widen(fact, part, nearest.get()));
    } else if (!part.others().isEmpty() && part.leftOut().isEmpty()) {
      mends.add("publish one that fits `" + part.reference() + "`");
    } else if (part.leftOut().isEmpty()) {
      mends.add(
          api
              ? "publish a module that provides `" + part.name() + "`"
              : "see that the name is right, or publish `" + part.name() + "`");
    }
  }

  private static String widen(Fact fact, Wanted.Part part, Version nearest) {
    return switch (fact) {
      case Fact.Asked _ -> "ask for `" + part.name() + "@^" + nearest + "`";
      case Fact.Requires requires ->
          publish(requires)
              + " that takes "
              + nearest
              + " as well, or a release that fits `"
              + part.reference()
              + "`";
    };
  }

  /** What was published stays as it is: what it asks for changes with the next one. */
  private static String publish(Fact.Requires requires) {
    return "publish a release after "
        + (requires.versions().size() == 1
            ? Words.releases(requires)
            : "`" + requires.name() + "@" + requires.versions().getFirst() + "`");
  }

  private static void leftOut(Fact fact, LeftOut one, Set<String> mends) {
    mends.add(
        switch (one) {
          case LeftOut.Yanked yanked ->
              "ask for `"
                  + yanked.reference()
                  + "` by that exact version if you must have what is yanked";
          case LeftOut.Unavailable _ ->
              "`" + one.reference() + "` cannot be had; use another version, or another module";
          case LeftOut.NoVariant no ->
              no.asks().isEmpty()
                  ? "ask for another target, or publish a variant of `"
                      + one.name()
                      + "` that runs on `"
                      + no.target()
                      + "`"
                  : "grant " + String.join(", ", no.asks()) + " to the target";
          case LeftOut.TooYoung _ ->
              "wait, or ask for `" + one.reference() + "` by that exact version";
          case LeftOut.Stranger stranger ->
              "ask for `"
                  + one.name()
                  + "` as a root if you trust it; the owner of `"
                  + stranger.api()
                  + "` may list its authority";
          case LeftOut.Prerelease _ ->
              switch (fact) {
                case Fact.Asked _ -> "ask for `" + one.name() + "@>=" + one.version() + "`";
                case Fact.Requires requires ->
                    publish(requires)
                        + " that asks for `>="
                        + one.version()
                        + "`, if a pre-release will do";
              };
        });
  }

  private static void conflict(Conflicts.Found found, Explanation why, Set<String> mends) {
    for (Fact fact : found.facts()) {
      Wanted.Part part = fact.wanted().parts().getFirst();
      part.leftOut().stream()
          .filter(one -> found.facts().stream().allMatch(other -> has(other, one)))
          .forEach(one -> leftOut(fact, one, mends));
      if (fact instanceof Fact.Requires requires) {
        mends.add(publish(requires) + " with a wider range than `" + part.range() + "`");
      } else {
        mends.add("ask for `" + part.name() + "` with a wider range than `" + part.range() + "`");
      }
    }
    if (!why.oneALine() && found.why() == Conflicts.Why.VERSIONS && linesDiffer(found)) {
      mends.add("they are of different lines: with `--rule line` both may be there");
    }
  }

  private static boolean has(Fact fact, LeftOut one) {
    return fact.wanted().parts().getFirst().range().contains(one.version());
  }

  private static boolean linesDiffer(Conflicts.Found found) {
    Set<String> lines = new LinkedHashSet<>();
    for (Fact fact : found.facts()) {
      fact.wanted().parts().getFirst().fits().forEach(fit -> lines.add(fit.version().line()));
    }
    return lines.size() > 1;
  }
}
