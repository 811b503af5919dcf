package org.dxos.dmg.explain;

import java.util.List;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.version.Version;

/** A release that a requirement's range has, and that cannot be chosen for it all the same. */
public sealed interface LeftOut {

  Name name();

  Version version();

  /**
   * @param reason in the publisher's words
   * @param since seconds, UTC
   */
  record Yanked(Name name, Version version, String reason, long since) implements LeftOut {}

  /**
   * @param reason {@code withdrawn: …} or {@code void: …}
   */
  record Unavailable(Name name, Version version, String reason) implements LeftOut {}

  /**
   * @param target what it would have to run on
   * @param has what it runs on
   * @param asks kinds of resources that it asks for and the target does not grant
   */
  record NoVariant(Name name, Version version, String target, List<String> has, List<String> asks)
      implements LeftOut {
    public NoVariant {
      has = List.copyOf(has);
      asks = List.copyOf(asks);
    }
  }

  /**
   * @param made seconds, UTC
   * @param newest the last moment that would do
   */
  record TooYoung(Name name, Version version, long made, long newest) implements LeftOut {}

  /** It provides the API, and its authority is neither the API's owner nor listed by it. */
  record Stranger(Name name, Version version, Name api) implements LeftOut {}

  /**
   * A pre-release, between the bounds of the range, which names none of that version.
   *
   * @param range as it was required
   */
  record Prerelease(Name name, Version version, String range) implements LeftOut {}

  /** {@code name@version}. */
  default String reference() {
    return name() + "@" + version();
  }
}
