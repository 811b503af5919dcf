package org.dxos.dmg.api;

import java.util.List;
import java.util.function.Function;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * The beginning of a list that may be long.
 *
 * @param count how many there are in all
 * @param first as many of them as were asked for
 */
public record Part<T>(long count, List<T> first) {

  public Part {
    first = List.copyOf(first);
  }

  /** True if there are more than are listed. */
  public boolean more() {
    return count > first.size();
  }

  Node.Map toNode(Function<T, Node> item) {
    return new MapBuilder().put("count", count).put("first", first, item).build();
  }

  static <T> Part<T> fromNode(Node node, Function<Node, T> item) {
    Fields fields = Fields.of("list", ErrorCode.JSON_SYNTAX, node);
    Part<T> part = new Part<>(fields.uint("count"), fields.list("first", item));
    fields.end();
    return part;
  }

  static String text(Node node) {
    return node instanceof Node.Text text ? text.value() : "";
  }
}
