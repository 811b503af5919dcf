package org.dxos.dmg.node;

import java.util.List;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.select.Selection;

/** What is said where nothing was found. */
final class Misses {

  private Misses() {}

  /** What is of a later version is kept and shown, and resolves to nothing. */
  static void refuseNewer(String task, String text, ReleaseReader.Later newer) {
    throw new NotFoundException(
        ErrorCode.UNSUPPORTED,
        "%s `%s`: its record is a `%s`, which this version keeps and does not understand"
            .formatted(task, text, newer.record().type()),
        List.of(),
        "use a newer dmg; `dmg show " + newer.cid() + "` tells what this one understands of it");
  }

  /**
   * A name that belongs to an API without a release of its own resolves to nothing, but has
   * providers to tell.
   */
  static NotFoundException missing(String text, Dxn dxn, Selection why, Held catalog) {
    if (dxn instanceof Dxn.Named named
        && named.name().kind() == org.dxos.dmg.dxn.Kind.API
        && why instanceof Selection.NoName noName) {
      List<String> providers =
          catalog.authority(named.name().authority().text()).stream()
              .flatMap(genesis -> catalog.providers(named.name(), genesis).stream())
              .map(release -> release.name().toString())
              .distinct()
              .limit(5)
              .toList();
      if (!providers.isEmpty()) {
        return new NotFoundException(
            ErrorCode.NOT_FOUND,
            "resolve `"
                + text
                + "`: the API has no release of its own; it is provided by "
                + String.join(", ", providers),
            noName.near(),
            "ask for one of its providers");
      }
    }
    return missing(text, why);
  }

  /** The same, and why the authority could not be brought from elsewhere. */
  static NotFoundException away(
      NotFoundException missing, Selection why, java.util.Optional<String> away) {
    return why instanceof Selection.NoAuthority && away.isPresent()
        ? new NotFoundException(
            missing.code(),
            missing.message() + "; " + away.get(),
            missing.near(),
            missing.hint().orElse(""))
        : missing;
  }

  /** Of many versions the newest are told. */
  private static final int SHOWN = 10;

  private static String why(Selection.NoVersion none) {
    String seen =
        none.seen().isEmpty()
            ? ""
            : " (there "
                + (none.seen().size() == 1 ? "is " : "are ")
                + String.join(
                    ", ", none.seen().stream().limit(SHOWN).map(Object::toString).toList())
                + (none.seen().size() > SHOWN
                    ? " and " + (none.seen().size() - SHOWN) + " more"
                    : "")
                + ")";
    boolean tag = isTag(none.selector());
    if (tag && none.passedOver().isEmpty()) {
      return "`" + none.name() + "` has no tag `" + none.selector().text() + "`" + seen;
    }
    String what =
        "no version of `" + none.name() + "` can be had for `" + none.selector().text() + "`";
    return none.passedOver().isEmpty()
        ? "no version of `" + none.name() + "` fits `" + none.selector().text() + "`" + seen
        : what
            + ": "
            + String.join(
                "; ",
                none.passedOver().stream().limit(SHOWN).map(Selection.PassedOver::why).toList())
            + (none.passedOver().size() > SHOWN
                ? "; and " + (none.passedOver().size() - SHOWN) + " more"
                : "")
            + (none.passedOver().size() < none.seen().size() ? seen : "");
  }

  private static boolean isTag(Selector selector) {
    return selector instanceof Selector.Tag tag && !tag.equals(Selector.LATEST);
  }

  private static String mend(Selection.NoVersion none) {
    if (none.passedOver().stream().anyMatch(Selection.PassedOver::isHadExactly)) {
      return "an exact version names what is yanked, too young or a pre-release; or take another"
          + " range";
    }
    if (!none.passedOver().isEmpty()) {
      return none.passedOver().size() < none.seen().size()
          ? "take another range"
          : "wait for a release that stands, or use another module";
    }
    return isTag(none.selector())
        ? "`dmg versions " + none.name() + "` lists versions and tags"
        : "ask for one of these, or widen the range";
  }

  static NotFoundException missing(String text, Selection why) {
    return switch (why) {
      case Selection.NoAuthority none ->
          new NotFoundException(
              ErrorCode.NOT_FOUND,
              "resolve `" + text + "`: no authority `" + none.authority() + "` is held here",
              none.near(),
              "publish it, or ask a node that holds it with --node");
      case Selection.NoName none ->
          new NotFoundException(
              ErrorCode.NOT_FOUND,
              "resolve `" + text + "`: no such name",
              none.near(),
              "look with `dmg search`");
      case Selection.NoVersion none ->
          new NotFoundException(
              ErrorCode.NO_VERSION, "resolve `" + text + "`: " + why(none), List.of(), mend(none));
      case Selection.Unavailable there ->
          new NotFoundException(
              ErrorCode.WITHDRAWN,
              "resolve `"
                  + text
                  + "`: `"
                  + there.release().name()
                  + "@"
                  + there.release().version()
                  + "` is "
                  + there.why(),
              List.of(),
              "use another version; `dmg versions` lists them");
      case Selection.NoCid none ->
          new NotFoundException(
              ErrorCode.NOT_FOUND,
              "resolve `" + none.cid() + "`: no release or record with this CID is held here",
              List.of(),
              "");
      case Selection.Found found -> throw new IllegalStateException("found " + found);
    };
  }
}
