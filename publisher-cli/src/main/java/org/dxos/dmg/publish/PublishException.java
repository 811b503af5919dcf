package org.dxos.dmg.publish;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A folder that cannot be published, or not by this home. */
public final class PublishException extends Explained {

  PublishException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
