package org.dxos.dmg.explain;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Version;

/** Explanations in words. */
final class Words {

  /** Versions named one by one; of more, the first and the last. */
  private static final int FEW = 4;

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final String OTHER_WAYS = "; every other way fails as well";

  private Words() {}

  static String day(long seconds) {
    return DAY.format(Instant.ofEpochSecond(seconds));
  }

  /** The day; with the time as well, where both moments are of one day. */
  private static String moment(long seconds, LeftOut.TooYoung young) {
    return day(young.made()).equals(day(young.newest()))
        ? MINUTE.format(Instant.ofEpochSecond(seconds)) + " UTC"
        : day(seconds);
  }

  /** A fact without anything to choose is the shortest reason; then two that exclude each other. */
  static String reason(Explanation why) {
    List<Fact> hopeless = hopeless(why);
    if (!hopeless.isEmpty()) {
      Fact first = hopeless.getFirst();
      return "nothing can be chosen for "
          + first.wanted().reference()
          + by(first)
          + ": "
          + there(first.wanted())
          + (hopeless.size() > 1 ? OTHER_WAYS : "");
    }
    return Conflicts.of(why)
        .map(found -> conflict(found, why) + (found.others() ? OTHER_WAYS : ""))
        .orElseGet(
            () -> "these " + why.facts().size() + " requirements cannot all be met together");
  }

  private static List<Fact> hopeless(Explanation why) {
    return why.facts().stream().filter(fact -> fact.wanted().isHopeless()).toList();
  }

  private static String by(Fact fact) {
    return switch (fact) {
      case Fact.Asked _ -> ", which you asked for";
      case Fact.Requires requires -> ", which " + releases(requires) + " " + verb(fact);
    };
  }

  private static String conflict(Conflicts.Found found, Explanation why) {
    String all =
        String.join(
            " and ",
            found.facts().stream()
                .map(fact -> subject(fact) + " " + verb(fact) + " " + fact.wanted().reference())
                .toList());
    String both = found.facts().size() == 2 ? "both" : "all of these";
    return switch (found.why()) {
      case VERSIONS ->
          all
              + ": no release fits "
              + both
              + ", and "
              + (why.oneALine()
                  ? "a closure holds one version of " + line(found)
                  : "by this rule a closure holds one version of a name");
      case PROVIDERS ->
          all
              + ": no provider fits "
              + both
              + ", and a closure has one provider for a line of an API";
    };
  }

  /** The line in which all that fits is: {@code `org.a/module/c` 1.x}. */
  private static String line(Conflicts.Found found) {
    Wanted.Candidate one =
        found.facts().stream()
            .flatMap(fact -> fact.wanted().parts().stream())
            .flatMap(part -> part.fits().stream())
            .findFirst()
            .orElseThrow();
    String line = one.version().line();
    return "`" + one.name() + "` " + line + (line.split("\\.").length > 2 ? "" : ".x");
  }

  static String subject(Fact fact) {
    return switch (fact) {
      case Fact.Asked _ -> "you";
      case Fact.Requires requires -> releases(requires);
    };
  }

  static String verb(Fact fact) {
    return switch (fact) {
      case Fact.Asked _ -> "asked for";
      case Fact.Requires requires -> requires.versions().size() == 1 ? "requires" : "require";
    };
  }

  static String releases(Fact.Requires requires) {
    return releases(requires.name(), requires.versions());
  }

  private static String releases(Name name, List<Version> versions) {
    return versions.size() == 1
        ? "`" + name + "@" + versions.getFirst() + "`"
        : "`" + name + "` " + versions(versions);
  }

  /** {@code 1.0.0, 1.1.0 and 1.2.0}, oldest first; of many the number and both ends. */
  static String versions(List<Version> newestFirst) {
    return versions(newestFirst, "and");
  }

  static String versions(List<Version> newestFirst, String last) {
    List<String> all = newestFirst.stream().distinct().map(Version::toString).toList().reversed();
    if (all.size() == 1) {
      return all.getFirst();
    }
    if (all.size() <= FEW) {
      return String.join(", ", all.subList(0, all.size() - 1)) + " " + last + " " + all.getLast();
    }
    return all.getFirst() + " to " + all.getLast() + " (" + all.size() + " versions)";
  }

  static List<String> lines(Explanation why) {
    List<String> lines = new ArrayList<>();
    lines.add(reason(why));
    int number = 1;
    if (why.facts().size() == 1 && why.facts().getFirst().wanted().isHopeless()) {
      return lines; // the reason says all of it
    }
    Optional<Fact> told = hopeless(why).stream().findFirst();
    for (Fact fact : why.facts()) {
      // What there is for this one is the reason, which stands above.
      boolean again = told.equals(Optional.of(fact));
      lines.add("  " + number++ + ". " + (again ? wish(fact) : sentence(fact)));
    }
    Steps.of(why).forEach(step -> lines.add("  " + step));
    return lines;
  }

  private static String wish(Fact fact) {
    return subject(fact) + " " + verb(fact) + " " + fact.wanted().reference();
  }

  /** {@code `a@1.0.0` requires `c@^1`: there are 1.0.0 and 1.1.0}. */
  static String sentence(Fact fact) {
    return wish(fact) + (isPlain(fact.wanted()) ? "" : ": " + there(fact.wanted()));
  }

  /** One exact version, which is there: to say so would say it twice. */
  private static boolean isPlain(Wanted wanted) {
    return wanted.parts().size() == 1
        && wanted.parts().getFirst().range().exact().isPresent()
        && wanted.parts().getFirst().leftOut().isEmpty()
        && wanted.parts().getFirst().fits().size() == 1
        && wanted
            .parts()
            .getFirst()
            .fits()
            .getFirst()
            .name()
            .equals(wanted.parts().getFirst().name());
  }

  /** What there is for something wanted, and what there is not and why. */
  static String there(Wanted wanted) {
    if (wanted.parts().size() == 1) {
      return there(wanted.parts().getFirst());
    }
    List<String> all = new ArrayList<>();
    for (Wanted.Part part : wanted.parts()) {
      all.add("for `" + part.reference() + "` " + there(part));
    }
    return String.join("; ", all);
  }

  private static String there(Wanted.Part part) {
    boolean api = part.name().kind() == Kind.API;
    if (part.genesis().isEmpty()) {
      return "it was published without saying which `"
          + part.name().authority().base()
          + "` it means";
    }
    List<String> texts = new ArrayList<>();
    if (!part.fits().isEmpty()) {
      texts.add(fits(part, api));
    }
    part.leftOut().stream().limit(FEW).forEach(one -> texts.add(leftOut(one)));
    if (part.leftOut().size() > FEW) {
      texts.add((part.leftOut().size() - FEW) + " more cannot be chosen either");
    }
    if (part.fits().isEmpty() && part.leftOut().isEmpty()) {
      texts.add(
          part.others().isEmpty()
              ? api ? "nothing provides it" : "no release of it is known"
              : api
                  ? "it is provided only in " + versions(part.others())
                  : there(part.others()) + " only " + versions(part.others()));
    }
    return String.join("; ", texts);
  }

  private static String there(List<Version> versions) {
    return versions.stream().distinct().count() == 1 ? "there is" : "there are";
  }

  private static String fits(Wanted.Part part, boolean api) {
    List<Version> versions = part.fits().stream().map(Wanted.Candidate::version).toList();
    Name first = part.fits().getFirst().name();
    if (part.fits().stream().allMatch(one -> one.name().equals(first))) {
      return first.equals(part.name())
          ? there(versions) + " " + versions(versions)
          : (api ? "provided by " : "in ") + releases(first, versions);
    }
    List<String> names =
        part.fits().stream().map(one -> "`" + one.name() + "@" + one.version() + "`").toList();
    String shown = String.join(", ", names.stream().limit(FEW).toList());
    return (api ? "provided by " : "in ")
        + shown
        + (names.size() > FEW ? " and " + (names.size() - FEW) + " more" : "");
  }

  static String leftOut(LeftOut one) {
    return "`"
        + one.reference()
        + "` "
        + switch (one) {
          case LeftOut.Yanked yanked ->
              "is yanked"
                  + (yanked.since() > 0 ? " since " + day(yanked.since()) : "")
                  + ": "
                  + yanked.reason();
          case LeftOut.Unavailable unavailable -> "is " + unavailable.reason();
          case LeftOut.NoVariant no ->
              no.asks().isEmpty()
                  ? "has no variant for target `"
                      + no.target()
                      + "`: it has "
                      + String.join(", ", no.has())
                  : "asks for "
                      + String.join(", ", no.asks())
                      + ", which target `"
                      + no.target()
                      + "` does not grant";
          case LeftOut.TooYoung young ->
              "has been there since "
                  + moment(young.made(), young)
                  + ", and what came after "
                  + moment(young.newest(), young)
                  + " is too young";
          case LeftOut.Stranger stranger ->
              "provides `"
                  + stranger.api()
                  + "`, but its authority is neither the API's owner nor listed by it";
          case LeftOut.Prerelease pre ->
              "is a pre-release, and `" + pre.range() + "` names none of that version";
        };
  }
}
