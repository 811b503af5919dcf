package org.dxos.dmg.error;

import java.util.OptionalInt;

/**
 * Input that is not what its format allows: bytes, text, a value out of its limits. Thrown by every
 * decoder and checking constructor of this module; nothing else escapes them.
 */
public final class FormatException extends Explained {

  /** -1 if there is none: an exception is serializable, which no optional is. */
  private final int offset;

  /**
   * @param code the cause
   * @param message operation, subject, found against expected, with the offset where there is one
   */
  public FormatException(ErrorCode code, String message) {
    this(code, message, "");
  }

  /**
   * @param hint the next step, or the empty text
   */
  public FormatException(ErrorCode code, String message, String hint) {
    this(code, message, hint, -1);
  }

  private FormatException(ErrorCode code, String message, String hint, int offset) {
    super(code, Quoted.line(message), hint);
    this.offset = offset;
  }

  /**
   * A refusal at a place of bytes or of a text, which the message names as well.
   *
   * @param offset from 0 to the length of the input, in what the decoder counts: bytes, or
   *     characters of a text
   */
  public static FormatException at(int offset, ErrorCode code, String message) {
    return at(offset, code, message, "");
  }

  /** As {@link #at(int, ErrorCode, String)}, with the next step. */
  public static FormatException at(int offset, ErrorCode code, String message, String hint) {
    return new FormatException(code, message, hint, offset);
  }

  /** Where in the input reading ended; empty where what is wrong is no matter of one place. */
  public OptionalInt offset() {
    return offset < 0 ? OptionalInt.empty() : OptionalInt.of(offset);
  }
}
