package org.dxos.dmg.version;

import java.util.List;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * A semantic version without build metadata, ordered by precedence. Two versions of the same
 * precedence are equal: without build metadata there is one spelling each.
 *
 * @param major at most 999,999,999, as are the other two
 * @param prerelease its identifiers; empty for a release that is stable
 * @see <a href="https://semver.org/spec/v2.0.0.html#spec-item-11">precedence</a>
 */
public record Version(long major, long minor, long patch, List<String> prerelease)
    implements Comparable<Version> {

  /** Longest text of a version or a range: no DXN has room for more. */
  public static final int MAX_TEXT = 512;

  /**
   * Nine digits, so that every number, and the one after it, fits where 32 bits are all there is.
   */
  static final long MAX_NUMBER = 999_999_999;

  /**
   * @throws FormatException with {@link ErrorCode#VERSION_SYNTAX} if a number or an identifier is
   *     not one
   */
  public Version {
    prerelease = List.copyOf(prerelease);
    requireNumber("major", major);
    requireNumber("minor", minor);
    requireNumber("patch", patch);
    prerelease.forEach(Version::requireIdentifier);
    requireLength(major, minor, patch, prerelease);
  }

  /** For what the scanner has checked already: a range holds and a solver makes very many. */
  private static Version read(Scanner in) {
    long major = in.number();
    in.dot();
    long minor = in.number();
    in.dot();
    long patch = in.number();
    List<String> prerelease = in.prerelease();
    in.requireDone(prerelease.isEmpty() ? "`-` or the end" : "`.` or the end");
    return new Version(major, minor, patch, prerelease);
  }

  /**
   * Reads {@code x.y.z} or {@code x.y.z-prerelease}; neither {@code =} nor {@code v} before it, nor
   * {@code +build} after it.
   *
   * @throws FormatException with {@link ErrorCode#VERSION_SYNTAX} and the offset
   */
  public static Version parse(String text) {
    try {
      return read(new Scanner(text));
    } catch (SyntaxFault fault) {
      throw FormatException.at(
          fault.refused().offset(),
          ErrorCode.VERSION_SYNTAX,
          "read version `%s` at offset %d: expected %s"
              .formatted(Quoted.of(text), fault.refused().offset(), fault.refused().expected()));
    }
  }

  /** True if it comes before the stable release of the same three numbers. */
  public boolean isPrerelease() {
    return !prerelease.isEmpty();
  }

  /**
   * The semver-compatible line, within which releases may replace each other: {@code 1} for 1.x.y,
   * {@code 0.2} for 0.2.z, {@code 0.0.3} for 0.0.3.
   */
  public String line() {
    if (major > 0) {
      return Long.toString(major);
    }
    return minor > 0 ? "0." + minor : "0.0." + patch;
  }

  @Override
  public int compareTo(Version other) {
    return compareTo(other.major, other.minor, other.patch, other.prerelease);
  }

  /** As against a version of these parts, whose numbers may be one past {@link #MAX_NUMBER}. */
  int compareTo(long otherMajor, long otherMinor, long otherPatch, List<String> otherPrerelease) {
    if (major != otherMajor) {
      return major < otherMajor ? -1 : 1;
    }
    if (minor != otherMinor) {
      return minor < otherMinor ? -1 : 1;
    }
    if (patch != otherPatch) {
      return patch < otherPatch ? -1 : 1;
    }
    return comparePrereleases(prerelease, otherPrerelease);
  }

  static int comparePrereleases(List<String> a, List<String> b) {
    if (a.isEmpty() || b.isEmpty()) {
      // None at all is the release itself, which comes after all of them.
      return Boolean.compare(a.isEmpty(), b.isEmpty());
    }
    int shared = Math.min(a.size(), b.size());
    for (int i = 0; i < shared; i++) {
      int order = compareIdentifiers(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  private static int compareIdentifiers(String a, String b) {
    boolean numericA = isNumeric(a);
    boolean numericB = isNumeric(b);
    if (numericA != numericB) {
      return numericA ? -1 : 1;
    }
    if (numericA && a.length() != b.length()) {
      // Without leading zeros the longer number is the larger, however long.
      return a.length() < b.length() ? -1 : 1;
    }
    return a.compareTo(b);
  }

  private static boolean isNumeric(String identifier) {
    for (int i = 0; i < identifier.length(); i++) {
      if (!Scanner.isDigit(identifier.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static void requireNumber(String part, long number) {
    if (number < 0 || number > MAX_NUMBER) {
      throw error("make version: %s %d, expected 0 to %d".formatted(part, number, MAX_NUMBER));
    }
  }

  private static void requireIdentifier(String identifier) {
    boolean numeric = true;
    for (int i = 0; i < identifier.length(); i++) {
      char c = identifier.charAt(i);
      if (!Scanner.isIdentifier(c)) {
        throw badIdentifier(identifier);
      }
      numeric &= Scanner.isDigit(c);
    }
    boolean needlessZero = numeric && identifier.length() > 1 && identifier.charAt(0) == '0';
    if (identifier.isEmpty() || needlessZero) {
      throw badIdentifier(identifier);
    }
  }

  private static FormatException badIdentifier(String identifier) {
    return error(
        "make version: pre-release identifier `%s`, expected letters, digits and `-`, a number without a leading zero"
            .formatted(Quoted.of(identifier)));
  }

  private static void requireLength(long major, long minor, long patch, List<String> prerelease) {
    // Three numbers and their dots have at most 29 characters.
    int length = 29;
    for (String identifier : prerelease) {
      length += identifier.length() + 1;
    }
    if (length > MAX_TEXT && text(major, minor, patch, prerelease).length() > MAX_TEXT) {
      throw error("make version: over %d characters".formatted(MAX_TEXT));
    }
  }

  private static FormatException error(String message) {
    return new FormatException(ErrorCode.VERSION_SYNTAX, message);
  }

  private static String text(long major, long minor, long patch, List<String> prerelease) {
    String core = major + "." + minor + "." + patch;
    return prerelease.isEmpty() ? core : core + "-" + String.join(".", prerelease);
  }

  /** The one spelling, which {@link #parse} reads. */
  @Override
  public String toString() {
    return text(major, minor, patch, prerelease);
  }
}
