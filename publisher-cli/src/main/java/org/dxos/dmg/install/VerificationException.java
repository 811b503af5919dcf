package org.dxos.dmg.install;

import java.util.Optional;
import org.dxos.dmg.error.Explained;

/** Something is not what its signatures, or its CID, say. */
public final class VerificationException extends Explained {

  private final String stage;

  VerificationException(String stage, String what, Optional<String> hint) {
    super(
        Chain.CODE,
        "verify " + stage + " of " + what,
        hint.orElse("do not use it; install again from a node you trust"));
    this.stage = stage;
  }

  /**
   * Where the chain breaks: bytes, bundle, record, statement, key log, head, evidence or closure.
   */
  public String stage() {
    return stage;
  }
}
