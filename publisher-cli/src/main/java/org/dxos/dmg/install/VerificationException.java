package org.dxos.dmg.install;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** Something is not what its signatures, or its CID, say. */
public final class VerificationException extends RuntimeException implements Explained {

  private final String stage;
  private final Optional<String> hint;

  VerificationException(String stage, String what, Optional<String> hint) {
    super("verify " + stage + " of " + what);
    this.stage = stage;
    this.hint = hint;
  }

  /**
   * Where the chain breaks: bytes, bundle, record, statement, key log, head, evidence or closure.
   */
  public String stage() {
    return stage;
  }

  @Override
  public ErrorCode code() {
    return Chain.CODE;
  }

  @Override
  public String message() {
    return String.valueOf(getMessage());
  }

  @Override
  public Optional<String> hint() {
    return hint.isPresent()
        ? hint
        : Optional.of("do not use it; install again from a node you trust");
  }
}
