package org.dxos.dmg.error;

import java.util.Optional;

/**
 * Input that is not what its format allows: bytes, text, a value out of its limits. Thrown by every
 * decoder and checking constructor of this module; nothing else escapes them.
 */
public final class FormatException extends RuntimeException implements Explained {

  private final ErrorCode code;
  private final String hint;

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
    super(Quoted.line(message));
    this.code = code;
    this.hint = hint;
  }

  @Override
  public ErrorCode code() {
    return code;
  }

  @Override
  public String message() {
    return String.valueOf(getMessage());
  }

  @Override
  public Optional<String> hint() {
    return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
  }
}
