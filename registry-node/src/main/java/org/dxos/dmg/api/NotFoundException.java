package org.dxos.dmg.api;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A name, a version or a block that is not here. Near names are suggested, never taken. */
public final class NotFoundException extends RuntimeException implements Explained {

  private final ErrorCode code;
  private final List<String> near;
  private final String hint;

  public NotFoundException(ErrorCode code, String message, List<String> near, String hint) {
    super(message);
    this.code = code;
    this.near = List.copyOf(near);
    this.hint = hint;
  }

  /** Names like the one asked for, best first. */
  public List<String> near() {
    return near;
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
    if (!near.isEmpty()) {
      return Optional.of(
          "did you mean "
              + String.join(" or ", near.stream().map(name -> "`" + name + "`").toList())
              + "?");
    }
    return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
  }
}
