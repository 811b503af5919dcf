package org.dxos.dmg.mst;

import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A tree that breaks its rules, or one of whose blocks is not held. */
public final class TreeException extends Explained {

  TreeException(ErrorCode code, String message) {
    super(
        code,
        message,
        code == ErrorCode.BLOCK_MISSING ? "fetch the block from a node that holds it" : "");
  }
}
