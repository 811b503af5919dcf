package org.dxos.dmg.version;

/** Input as a message may show it: one line of printable ASCII, not too long. */
final class Quoted {

  private static final int MAX_SHOWN = 80;

  private Quoted() {}

  static String of(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MAX_SHOWN); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c < 0x7f) {
        out.append(c);
      } else {
        out.append("\\u%04x".formatted((int) c));
      }
    }
    return text.length() > MAX_SHOWN ? out.append("…").toString() : out.toString();
  }
}
