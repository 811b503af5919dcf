package org.dxos.dmg.publish;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A folder that cannot be published, or not by this home. */
public final class PublishException extends RuntimeException implements Explained {

  private final ErrorCode code;
  private final String hint;

  PublishException(ErrorCode code, String message, String hint) {
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
