package org.dxos.dmg.sync.wire;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A peer said what it may not, or could not be heard to the end. */
public final class SyncException extends Explained {

  public SyncException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }

  public SyncException(ErrorCode code, String message, String hint, Throwable cause) {
    super(code, message, hint, cause);
  }
}
