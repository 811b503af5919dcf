package org.dxos.dmg.truststore;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** What a registry offered is not believed, or what was seen cannot be read. */
public final class TrustException extends Explained {

  private static final long serialVersionUID = 1;

  TrustException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
