package org.dxos.dmg.truststore;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** What a registry offered is not believed, or what was seen cannot be read. */
public final class TrustException extends RuntimeException implements Explained {

  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final String hint;

  TrustException(ErrorCode code, String message, String hint) {
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
