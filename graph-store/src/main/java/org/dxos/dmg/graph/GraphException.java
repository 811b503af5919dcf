package org.dxos.dmg.graph;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A query that is refused or stopped, or a projection that cannot be written. */
public final class GraphException extends Explained {

  GraphException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
