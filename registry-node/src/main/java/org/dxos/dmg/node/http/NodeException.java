package org.dxos.dmg.node.http;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** The node itself cannot do what it was told to. */
public final class NodeException extends Explained {

  NodeException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }
}
