package org.dxos.dmg.policy;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A policy forbids it, or could not be written. */
public final class PolicyException extends Explained {

  public PolicyException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
