package org.dxos.dmg.api;

import java.util.List;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** A name, a version or a block that is not here. Near names are suggested, never taken. */
public final class NotFoundException extends Explained {

  private final List<String> near;

  public NotFoundException(ErrorCode code, String message, List<String> near, String hint) {
    super(code, message, near.isEmpty() ? hint : didYouMean(near));
    this.near = List.copyOf(near);
  }

  private static String didYouMean(List<String> near) {
    return "did you mean "
        + String.join(" or ", near.stream().map(name -> "`" + name + "`").toList())
        + "?";
  }

  /** Names like the one asked for, best first. */
  public List<String> near() {
    return near;
  }
}
