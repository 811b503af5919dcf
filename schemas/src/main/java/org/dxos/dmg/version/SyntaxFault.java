package org.dxos.dmg.version;

/**
 * Carries a refusal from the depth of the scanner to the face of this package, which turns it into
 * a value or a {@code FormatException}; it never leaves the package and needs no stack trace.
 */
@SuppressWarnings("serial") // never serialised
final class SyntaxFault extends RuntimeException {

  private final RangeResult.Refused refused;

  SyntaxFault(RangeError code, int offset, String expected) {
    super(expected, null, false, false);
    this.refused = new RangeResult.Refused(code, offset, expected);
  }

  RangeResult.Refused refused() {
    return refused;
  }
}
