package org.dxos.dmg.api;

import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * A module that words were found in.
 *
 * @param name authority, kind and local
 * @param version its newest
 * @param description if it has one
 */
public record SearchHit(String name, String version, Optional<String> description) {

  public Node.Map toNode() {
    return new MapBuilder()
        .put("name", name)
        .put("version", version)
        .put("description", description, Node::of)
        .build();
  }

  public static SearchHit fromNode(Node node) {
    Fields fields = Fields.of("search hit", ErrorCode.JSON_SYNTAX, node);
    return new SearchHit(
        fields.text("name"), fields.text("version"), fields.optionalProse("description"));
  }
}
