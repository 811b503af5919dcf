package org.dxos.dmg.unixfs;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which names a bundle may have: those that Linux, macOS and Windows all write to disk as they
 * stand, so that one bundle is one tree everywhere.
 */
final class EntryName {

  /** What common file systems take for one name. */
  static final int MAX_NAME = 255;

  /** The shortest limit on a whole path among common systems (macOS). */
  static final int MAX_PATH = 1024;

  /** Windows gives these to devices, with any extension. */
  private static final Set<String> DEVICES =
      Set.of(
          "con", "prn", "aux", "nul", "conin$", "conout$", "com1", "com2", "com3", "com4", "com5",
          "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7",
          "lpt8", "lpt9");

  private static final String SEPARATORS = "/\\";
  private static final String NOT_ON_WINDOWS = "<>:\"|?*";

  private EntryName() {}

  /** Why {@code name} may not stand in a bundle, or empty if it may. */
  static Optional<String> refusal(String name) {
    if (name.isEmpty()) {
      return Optional.of("an empty name");
    }
    if (name.length() > MAX_NAME) {
      return Optional.of("a name of " + name.length() + " characters, at most " + MAX_NAME);
    }
    if (name.equals(".") || name.equals("..")) {
      return Optional.of("`" + name + "` stands for another folder");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < 0x20 || c > 0x7e) {
        return Optional.of("U+%04X is not printable ASCII".formatted((int) c));
      }
      if (SEPARATORS.indexOf(c) >= 0) {
        return Optional.of("`" + c + "` separates paths");
      }
      if (NOT_ON_WINDOWS.indexOf(c) >= 0) {
        return Optional.of("`" + c + "` cannot stand in a name on Windows");
      }
    }
    if (name.endsWith(".") || name.endsWith(" ")) {
      return Optional.of("a name that ends in a dot or space, which Windows drops");
    }
    int dot = name.indexOf('.');
    String device = (dot < 0 ? name : name.substring(0, dot)).stripTrailing();
    if (DEVICES.contains(device.toLowerCase(Locale.ROOT))) {
      return Optional.of("`" + device + "` is a device on Windows");
    }
    return Optional.empty();
  }

  /** Equal for names that a file system without case takes for one. */
  static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** {@code text} for a message: one line of printable ASCII, cut where it is long. */
  static String shown(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length() && out.length() < 200; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e) {
        out.append("\\u%04X".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.length() < text.length() && out.length() >= 200 ? out + "…" : out.toString();
  }
}
