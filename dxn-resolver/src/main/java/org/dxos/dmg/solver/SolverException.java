package org.dxos.dmg.solver;

import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** The search was given up. */
public final class SolverException extends RuntimeException implements Explained {

  private final ErrorCode code;

  SolverException(ErrorCode code, String message) {
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
    return Optional.of("ask for fewer roots at a time, or narrow their ranges");
  }
}
