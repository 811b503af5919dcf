package org.dxos.dmg.imports;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * A version as Debian writes it, {@code [epoch:]upstream[-revision]}, ordered as dpkg orders them.
 *
 * <p>The order is not consistent with equals: {@code 1.0}, {@code 1.00} and {@code 0:1.0-0} compare
 * as the same version and are three texts.
 *
 * @param text as it was written
 * @see <a
 *     href="https://www.debian.org/doc/debian-policy/ch-controlfields.html#version">deb-version</a>
 */
public record DebianVersion(String text) implements Comparable<DebianVersion> {

  /** Octets of a version; the longest in use have some seventy. */
  public static final int MAX_TEXT = 256;

  /** What dpkg reads an epoch into. */
  private static final long MAX_EPOCH = Integer.MAX_VALUE;

  /**
   * @throws FormatException with {@link ErrorCode#VERSION_SYNTAX}
   */
  public DebianVersion {
    if (text.isEmpty() || text.length() > MAX_TEXT) {
      throw refused(text, "it has " + text.length() + " octets, expected 1 to " + MAX_TEXT);
    }
    int colon = text.indexOf(':');
    requireEpoch(text, colon);
    int hyphen = text.lastIndexOf('-');
    int end = hyphen < 0 ? text.length() : hyphen;
    if (end <= colon + 1) {
      throw refused(text, "its upstream part is empty");
    }
    if (hyphen == text.length() - 1) {
      throw refused(text, "its revision is empty");
    }
    for (int i = colon + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean known = isDigit(c) || isLetter(c) || c == '.' || c == '+' || c == '~';
      if (!known && !(i <= end && (c == '-' || c == ':'))) {
        throw refused(text, "`" + printable(c) + "` at " + i + " may not be there");
      }
    }
  }

  private static void requireEpoch(String text, int colon) {
    if (colon < 0) {
      return;
    }
    long epoch = 0;
    for (int i = 0; i < colon; i++) {
      char c = text.charAt(i);
      epoch = isDigit(c) ? epoch * 10 + (c - '0') : MAX_EPOCH + 1;
      if (epoch > MAX_EPOCH) {
        throw refused(text, "its epoch is no number up to " + MAX_EPOCH);
      }
    }
    if (colon == 0) {
      throw refused(text, "its epoch is empty");
    }
  }

  @Override
  public int compareTo(DebianVersion other) {
    if (text.equals(other.text)) {
      return 0;
    }
    int byEpoch = Long.compare(epoch(), other.epoch());
    if (byEpoch != 0) {
      return byEpoch;
    }
    int byUpstream = compareParts(upstream(), other.upstream());
    return byUpstream != 0 ? byUpstream : compareParts(revision(), other.revision());
  }

  /** 0 if none is written. */
  long epoch() {
    int colon = text.indexOf(':');
    return colon < 0 ? 0 : Long.parseLong(text.substring(0, colon));
  }

  private String upstream() {
    int hyphen = text.lastIndexOf('-');
    return text.substring(text.indexOf(':') + 1, hyphen < 0 ? text.length() : hyphen);
  }

  private String revision() {
    int hyphen = text.lastIndexOf('-');
    return hyphen < 0 ? "" : text.substring(hyphen + 1);
  }

  /**
   * Compares by turns a run without digits, character by character by {@link #weight}, and a run of
   * digits as a number, of any length.
   */
  private static int compareParts(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() || j < b.length()) {
      while ((i < a.length() && !isDigit(a.charAt(i)))
          || (j < b.length() && !isDigit(b.charAt(j)))) {
        int difference = weight(a, i++) - weight(b, j++);
        if (difference != 0) {
          return difference;
        }
      }
      int endA = digitsEnd(a, i);
      int endB = digitsEnd(b, j);
      int difference = compareNumbers(a.substring(i, endA), b.substring(j, endB));
      if (difference != 0) {
        return difference;
      }
      i = endA;
      j = endB;
    }
    return 0;
  }

  /**
   * {@code ~} before the end, the end and digits before letters, letters before everything else.
   */
  private static int weight(String part, int at) {
    if (at >= part.length() || isDigit(part.charAt(at))) {
      return 0;
    }
    char c = part.charAt(at);
    return c == '~' ? -1 : isLetter(c) ? c : c + 256;
  }

  private static int digitsEnd(String part, int from) {
    int at = Math.min(from, part.length());
    while (at < part.length() && isDigit(part.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int compareNumbers(String a, String b) {
    String x = withoutZeros(a);
    String y = withoutZeros(b);
    return x.length() != y.length() ? Integer.compare(x.length(), y.length()) : x.compareTo(y);
  }

  private static String withoutZeros(String digits) {
    int at = 0;
    while (at < digits.length() && digits.charAt(at) == '0') {
      at++;
    }
    return digits.substring(at);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static String printable(char c) {
    return c > 0x20 && c < 0x7f ? String.valueOf(c) : "U+%04X".formatted((int) c);
  }

  private static FormatException refused(String text, String what) {
    String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
    StringBuilder safe = new StringBuilder();
    shown.chars().forEach(c -> safe.append(c >= 0x20 && c < 0x7f || c == '…' ? (char) c : '?'));
    return new FormatException(
        ErrorCode.VERSION_SYNTAX, "read Debian version `" + safe + "`: " + what);
  }

  @Override
  public String toString() {
    return text;
  }
}
