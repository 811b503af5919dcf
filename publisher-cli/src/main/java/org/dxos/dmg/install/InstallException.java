package org.dxos.dmg.install;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A folder that cannot be installed into, or holds no installation. */
public final class InstallException extends Explained {

  InstallException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
