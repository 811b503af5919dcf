package org.dxos.dmg.care;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** Care that cannot be taken of a store as it is. */
public final class CareException extends Explained {

  /**
   * @param hint the next step, empty if there is none
   */
  public CareException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
