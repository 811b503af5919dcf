package org.dxos.dmg.error;

/**
 * Input as a message may show it: one line of printable ASCII and not too long, whatever a stranger
 * wrote into it. A back-tick is escaped too, so that what is quoted ends where the quotes do.
 */
public final class Quoted {

  /** Characters of the input that are shown: a line of a terminal, and enough to know it by. */
  public static final int MAX_SHOWN = 96;

  /** Characters of a whole message: some lines of a terminal, whatever was quoted in it. */
  static final int MAX_LINE = 2000;

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

  /**
   * {@code message} as one line that no terminal obeys: a message is put together from parts, and
   * one part that was not quoted is enough for a stranger to write lines of his own into a log.
   */
  static String line(String message) {
    int end = Math.min(message.length(), MAX_LINE);
    boolean plain = end == message.length();
    for (int i = 0; plain && i < end; i++) {
      plain = isShown(message.charAt(i));
    }
    if (plain) {
      return message;
    }
    StringBuilder out = new StringBuilder(end + 16);
    for (int i = 0; i < end; i++) {
      char c = message.charAt(i);
      if (isShown(c)) {
        out.append(c);
      } else {
        out.append("\\u%04x".formatted((int) c));
      }
    }
    return end < message.length() ? out.append("...").toString() : out.toString();
  }

  /** False for controls, line and paragraph separators, and what turns the direction of a line. */
  private static boolean isShown(char c) {
    return c >= 0x20
        && !(c >= 0x7f && c <= 0x9f)
        && !(c >= 0x2028 && c <= 0x202e)
        && !(c >= 0x2066 && c <= 0x2069);
  }
}
