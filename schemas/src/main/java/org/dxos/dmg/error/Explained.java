package org.dxos.dmg.error;

import java.util.Optional;

/**
 * A failure that a person or a program can act on. Every module throws some of its own; whoever
 * catches this one catches what was foreseen, and leaves alone what was not.
 */
public abstract class Explained extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final ErrorCode code;
  private final String hint;

  /**
   * @param message one line, as {@link #message} gives it
   * @param hint the next step, empty if there is none that can be named
   */
  protected Explained(ErrorCode code, String message, String hint) {
    super(message);
    this.code = code;
    this.hint = hint;
  }

  /** As the other, with what brought it about. */
  protected Explained(ErrorCode code, String message, String hint, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.hint = hint;
  }

  /** What went wrong, from the closed list that programs may rely on. */
  public final ErrorCode code() {
    return code;
  }

  /**
   * One line, lower case, no full stop: operation, subject, found against expected; literals in
   * back-ticks.
   */
  public final String message() {
    return String.valueOf(getMessage());
  }

  /** The next step, if there is one that can be named. */
  public final Optional<String> hint() {
    return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
  }
}
