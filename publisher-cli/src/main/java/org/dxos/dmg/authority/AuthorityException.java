package org.dxos.dmg.authority;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** An amendment could not be made. Nothing was changed. */
public final class AuthorityException extends Explained {

  public AuthorityException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }

  static AuthorityException of(String message, String hint) {
    return new AuthorityException(ErrorCode.USAGE, message, hint);
  }
}
