package org.dxos.dmg.cli;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A command cannot do what it was asked, for a reason of its own. */
public final class CommandException extends Explained {

  public CommandException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
