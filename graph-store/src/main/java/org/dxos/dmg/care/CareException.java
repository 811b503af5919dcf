package org.dxos.dmg.care;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** Care that cannot be taken of a store as it is. */
public final class CareException extends RuntimeException implements Explained {

  private final ErrorCode code;
  private final String hint;

  /**
   * @param hint the next step, empty if there is none
   */
  public CareException(ErrorCode code, String message, String hint) {
    super(message);
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
