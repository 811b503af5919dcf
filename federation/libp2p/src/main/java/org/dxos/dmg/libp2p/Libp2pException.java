package org.dxos.dmg.libp2p;

import java.io.IOException;

/**
 * A breakdown on any layer: a reason to decide by and one line of words, in lower case, with what
 * was found against what was expected.
 */
public final class Libp2pException extends IOException {

  private static final long serialVersionUID = 1L;

  private final Reason reason;

  public Libp2pException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Libp2pException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What to decide by; the words are for people. */
  public Reason reason() {
    return reason;
  }

  /** The same breakdown for another thread, whose stack is the one to see. */
  public Libp2pException again() {
    return new Libp2pException(reason, String.valueOf(getMessage()), this);
  }
}
