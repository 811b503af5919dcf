package org.dxos.dmg.install;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A folder that cannot be installed into, or holds no installation. */
public final class InstallException extends RuntimeException implements Explained {

  private final ErrorCode code;
  private final String hint;

  InstallException(ErrorCode code, String message, String hint) {
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
    return Optional.of(hint);
  }
}
