package org.dxos.dmg.json;

import java.math.BigDecimal;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;

/**
 * Numbers between their spellings and the data model.
 *
 * <p>Reading: what equals an integer of less than 2^53 is that integer, anything else the nearest
 * float. Writing: ECMAScript's {@code Number::toString}, which RFC 8785 prescribes.
 */
final class Numbers {

  /** Digits of 2^53 - 1. */
  private static final int MAX_INTEGER_DIGITS = 16;

  private Numbers() {}

  /**
   * The value of a decimal spelling, or empty if it is beyond every float.
   *
   * @param text sign, digits, fraction and exponent, well-formed
   */
  static Optional<Node> read(String text) {
    if (text.length() < MAX_INTEGER_DIGITS && isPlainInteger(text)) {
      return Optional.of(new Node.Int(Long.parseLong(text)));
    }
    if (isZero(text)) {
      return Optional.of(new Node.Int(0));
    }
    double nearest = Double.parseDouble(text);
    if (Double.isInfinite(nearest)) {
      return Optional.empty();
    }
    // A finite float that is not tiny has an exponent that BigDecimal can hold.
    if (Math.abs(nearest) >= 1) {
      BigDecimal exact = new BigDecimal(text).stripTrailingZeros();
      if (exact.scale() <= 0 && (long) exact.precision() - exact.scale() <= MAX_INTEGER_DIGITS) {
        long integer = exact.longValueExact();
        if (Fields.isExactInJson(integer)) {
          return Optional.of(new Node.Int(integer));
        }
      }
    }
    return Optional.of(new Node.Real(nearest));
  }

  private static boolean isPlainInteger(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && !(i == 0 && c == '-' && text.length() > 1)) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isZero(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 'e' || c == 'E') {
        break;
      }
      if (c >= '1' && c <= '9') {
        return false;
      }
    }
    return true;
  }

  /** ECMAScript's spelling of a finite float. */
  static String ecmaScript(double value) {
    if (value == 0) {
      return "0";
    }
    // Double.toString gives the shortest digits that read back as value; only their layout differs.
    String java = Double.toString(Math.abs(value));
    int e = java.indexOf('E');
    String mantissa = e < 0 ? java : java.substring(0, e);
    int exponent = e < 0 ? 0 : Integer.parseInt(java.substring(e + 1));
    int dot = mantissa.indexOf('.');
    String digits = mantissa.substring(0, dot) + mantissa.substring(dot + 1);
    int point = dot + exponent; // where the point stands, counted from the first digit
    int from = 0;
    while (digits.charAt(from) == '0') {
      from++;
      point--;
    }
    int to = digits.length();
    while (digits.charAt(to - 1) == '0') {
      to--;
    }
    digits = digits.substring(from, to);
    if (digits.length() == 2) {
      digits = oneDigitIfEnough(digits, point, Math.abs(value));
    }
    return (value < 0 ? "-" : "") + layOut(digits, point);
  }

  /** Java writes two digits at least, ECMAScript one where one suffices: 4.9E-324 is 5e-324. */
  private static String oneDigitIfEnough(String two, int point, double value) {
    int rounded = (two.charAt(0) - '0') + (two.charAt(1) >= '5' ? 1 : 0);
    String one = Integer.toString(rounded);
    boolean enough = rounded < 10 && Double.parseDouble(one + "E" + (point - 1)) == value;
    return enough ? one : two;
  }

  private static String layOut(String digits, int point) {
    int n = digits.length();
    if (n <= point && point <= 21) {
      return digits + "0".repeat(point - n);
    }
    if (0 < point && point <= 21) {
      return digits.substring(0, point) + "." + digits.substring(point);
    }
    if (-6 < point && point <= 0) {
      return "0." + "0".repeat(-point) + digits;
    }
    int exponent = point - 1;
    String fraction = n == 1 ? "" : "." + digits.substring(1);
    return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "" : "+") + exponent;
  }
}
