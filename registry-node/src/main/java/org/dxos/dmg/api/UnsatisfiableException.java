package org.dxos.dmg.api;

import java.util.List;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** No set of releases satisfies what was asked. */
public final class UnsatisfiableException extends Explained {

  private final List<String> explanation;
  private final transient Node.Map derivation;

  /**
   * @param explanation facts that together rule out every choice, one a line
   * @param derivation the same as data; {@code Explanation.toNode} says of which form
   */
  public UnsatisfiableException(
      String message, List<String> explanation, String hint, Node.Map derivation) {
    super(ErrorCode.UNSATISFIABLE, message, hint);
    this.derivation = derivation;
    this.explanation = List.copyOf(explanation);
  }

  public List<String> explanation() {
    return explanation;
  }

  public Node.Map derivation() {
    return derivation;
  }
}
