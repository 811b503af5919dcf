package org.dxos.dmg.api;

import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * Who leads to a name, or to some of its releases.
 *
 * @param of what was asked for
 * @param direct true if those that lead there over others were left out
 * @param releases by name, the newest of each first
 */
public record Dependents(String of, boolean direct, Part<String> releases) {

  public Node.Map toNode() {
    return new MapBuilder()
        .put("of", of)
        .flag("direct", direct)
        .put("releases", releases.toNode(Node::of))
        .build();
  }

  public static Dependents fromNode(Node node) {
    Fields fields = Fields.of("dependents", ErrorCode.JSON_SYNTAX, node);
    Dependents dependents =
        new Dependents(
            fields.text("of"),
            fields.flag("direct"),
            Part.fromNode(fields.node("releases"), Part::text));
    fields.end();
    return dependents;
  }
}
