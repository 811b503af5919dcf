package org.dxos.dmg.authority;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** An amendment could not be made. Nothing was changed. */
public final class AuthorityException extends RuntimeException implements Explained {

  private final ErrorCode code;
  private final String hint;

  public AuthorityException(ErrorCode code, String message, String hint) {
    super(message);
    this.code = code;
    this.hint = hint;
  }

  static AuthorityException of(String message, String hint) {
    return new AuthorityException(ErrorCode.USAGE, message, hint);
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
