package org.dxos.dmg.solver;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** The search was given up. */
public final class SolverException extends Explained {

  SolverException(ErrorCode code, String message) {
    super(code, message, "ask for fewer roots at a time, or narrow their ranges");
  }
}
