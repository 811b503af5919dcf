package org.dxos.dmg.error;

/**
 * Input as a message may show it: one line of printable ASCII and not too long, whatever a stranger
 * wrote into it. A back-tick is escaped too, so that what is quoted ends where the quotes do.
 */
public final class Quoted {

  /** Characters of the input that are shown: a line of a terminal, and enough to know it by. */
  public static final int MAX_SHOWN = 96;

  private Quoted() {}

  /** {@code text} with everything else written as {@code \\uXXXX}, cut off after the limit. */
  public static String of(String text) {
    StringBuilder out = new StringBuilder(Math.min(text.length(), MAX_SHOWN) + 2);
    for (int i = 0; i < Math.min(text.length(), MAX_SHOWN); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c < 0x7f && c != '`') {
        out.append(c);
      } else {
        out.append("\\u%04x".formatted((int) c));
      }
    }
    return text.length() > MAX_SHOWN ? out.append("...").toString() : out.toString();
  }
}
