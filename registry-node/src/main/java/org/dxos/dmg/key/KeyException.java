package org.dxos.dmg.key;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A key file that is missing, cannot be read, or is none. */
public final class KeyException extends Explained {

  KeyException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
