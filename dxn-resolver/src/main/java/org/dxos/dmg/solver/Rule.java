package org.dxos.dmg.solver;

import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.version.Version;

/** How many versions of one name may be in a closure. */
public enum Rule {
  /** One for each semver-compatible line: 1.x and 2.x may stand side by side. */
  LINE,
  /** One. */
  NAME;

  /** The part of a version within which there is room for one. */
  String room(Version version) {
    return this == LINE ? version.line() : "";
  }

  /** The rule of that name, {@code line} or {@code name}. */
  public static Optional<Rule> of(String text) {
    return switch (text) {
      case "line" -> Optional.of(LINE);
      case "name" -> Optional.of(NAME);
      default -> Optional.empty();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
