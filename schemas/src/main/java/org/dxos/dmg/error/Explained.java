package org.dxos.dmg.error;

import java.util.Optional;

/**
 * A failure that a person or a program can act on. Implemented by the exceptions of every module.
 */
public interface Explained {

  /** What went wrong, from the closed list that programs may rely on. */
  ErrorCode code();

  /**
   * One line, lower case, no full stop: operation, subject, found against expected; literals in
   * back-ticks.
   */
  String message();

  /** The next step, if there is one that can be named. */
  Optional<String> hint();
}
