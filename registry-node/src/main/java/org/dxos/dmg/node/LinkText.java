package org.dxos.dmg.node;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dxos.dmg.dagcbor.Node;

/** Records as JSON shows them: a link is the text of its CID. */
final class LinkText {

  private LinkText() {}

  static Node of(Node node) {
    return switch (node) {
      case Node.Link link -> Node.of(link.cid().toString());
      case Node.Array array -> {
        List<Node> items = array.items().stream().map(LinkText::of).toList();
        yield new Node.Array(items);
      }
      case Node.Map map -> {
        Map<String, Node> entries = new LinkedHashMap<>();
        map.entries().forEach((key, value) -> entries.put(key, of(value)));
        yield new Node.Map(entries);
      }
      case Node.Null _,
          Node.Bool _,
          Node.Int _,
          Node.BigInt _,
          Node.Real _,
          Node.Text _,
          Node.Bytes _ ->
          node;
    };
  }
}
