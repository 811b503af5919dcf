package org.dxos.dmg.api;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.select.Target;

/**
 * What to solve.
 *
 * @param roots DXNs, in the order in which they are decided
 * @param target what the closure has to run on; empty for anything
 */
public record ClosureRequest(List<String> roots, Optional<Target> target) {

  /** More roots than an orchestrator installs at a time. */
  public static final int MAX_ROOTS = 1000;

  public ClosureRequest {
    roots = List.copyOf(roots);
    if (roots.isEmpty() || roots.size() > MAX_ROOTS) {
      throw new FormatException(
          ErrorCode.USAGE,
          "ask for a closure: " + roots.size() + " roots, expected 1 to " + MAX_ROOTS);
    }
  }

  /** One root, and a target in its short text. */
  public static ClosureRequest of(String root, Optional<String> target) {
    return new ClosureRequest(List.of(root), target.map(Target::parse));
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("roots", roots, Node::of)
        .put("target", target, one -> Node.of(one.toString()))
        .build();
  }

  public static ClosureRequest fromNode(Node node) {
    Fields fields = Fields.of("closure request", ErrorCode.JSON_SYNTAX, node);
    ClosureRequest request =
        new ClosureRequest(
            fields.list("roots", one -> one instanceof Node.Text text ? text.value() : ""),
            fields.optionalText("target").map(Target::parse));
    fields.end();
    return request;
  }
}
