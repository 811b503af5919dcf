package org.dxos.dmg.mst;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A tree that breaks its rules, or one of whose blocks is not held. */
public final class TreeException extends RuntimeException implements Explained {

  private final ErrorCode code;

  TreeException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  @Override
  public ErrorCode code() {
    return code;
  }

  @Override
  public String message() {
    return String.valueOf(getMessage());
  }

  @Override
  public Optional<String> hint() {
    return code == ErrorCode.BLOCK_MISSING
        ? Optional.of("fetch the block from a node that holds it")
        : Optional.empty();
  }
}
