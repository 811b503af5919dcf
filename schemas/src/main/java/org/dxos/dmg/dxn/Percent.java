package org.dxos.dmg.dxn;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Percent-encoding of selectors in URIs. */
final class Percent {

  private static final String HEX = "0123456789ABCDEF";

  private Percent() {}

  /** A decoded text, and where in what was decoded each of its characters began. */
  record Decoded(String text, int[] offsets) {

    /** The offset in the encoded text of a character of {@link #text}, or of its end. */
    int offset(int index) {
      return offsets[Math.min(index, offsets.length - 1)];
    }
  }

  static String encode(String selector) {
    StringBuilder out = new StringBuilder(selector.length() + 8);
    for (byte b : selector.getBytes(StandardCharsets.US_ASCII)) {
      char c = (char) b;
      if (isPlain(c)) {
        out.append(c);
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    return out.toString();
  }

  /** Unreserved characters of RFC 3986, and {@code * =}. */
  private static boolean isPlain(char c) {
    return NameReader.isLetter(c) || NameReader.isDigit(c) || "-._~*=".indexOf(c) >= 0;
  }

  /** Decodes once, and only to printable ASCII. */
  static Decoded decode(String encoded, int offset) {
    StringBuilder out = new StringBuilder(encoded.length());
    int[] offsets = new int[encoded.length() + 1];
    int at = 0;
    while (at < encoded.length()) {
      offsets[out.length()] = offset + at;
      char c = encoded.charAt(at);
      if (c == '%') {
        out.append(octet(encoded, at, offset));
        at += 3;
      } else if (isPlain(c)) {
        out.append(c);
        at++;
      } else {
        throw notPlain(c, offset + at);
      }
    }
    offsets[out.length()] = offset + at;
    return new Decoded(out.toString(), Arrays.copyOf(offsets, out.length() + 1));
  }

  private static Refusal notPlain(char c, int offset) {
    return switch (c) {
      case '@' -> new Refusal(DxnError.SELECTOR_DUP, offset, "one selector");
      case '+' -> new Refusal(DxnError.VERSION_BUILD, offset, "no build metadata");
      case '^', '<', '>', '|', ' ' ->
          new Refusal(DxnError.PERCENT, offset, "`%c` as `%s`".formatted(c, encode("" + c)));
      default ->
          new Refusal(
              DxnError.BAD_CHAR,
              offset,
              "a character of a selector, found `%c` (U+%04X)".formatted(c, (int) c));
    };
  }

  private static char octet(String encoded, int at, int offset) {
    int high = at + 2 < encoded.length() ? digit(encoded.charAt(at + 1)) : -1;
    int low = high < 0 ? -1 : digit(encoded.charAt(at + 2));
    if (low < 0) {
      throw new Refusal(DxnError.PERCENT, offset + at, "`%` and two hexadecimal digits");
    }
    int octet = high << 4 | low;
    if (octet < 0x20 || octet >= 0x7f) {
      throw new Refusal(
          DxnError.BAD_CHAR, offset + at, "printable ASCII, found U+%04X".formatted(octet));
    }
    return (char) octet;
  }

  /** -1 if it is none; {@code Character.digit} would take digits of other scripts. */
  private static int digit(char c) {
    if (NameReader.isDigit(c)) {
      return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
      return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }
}
