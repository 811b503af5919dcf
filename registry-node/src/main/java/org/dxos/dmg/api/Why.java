package org.dxos.dmg.api;

import java.util.List;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * Why a release leads to a name: the ways, shortest first.
 *
 * @param from the release
 * @param to what was asked for
 * @param paths each as its steps, of which none can be left out
 * @param more true if there are further ones
 */
public record Why(String from, String to, List<List<Step>> paths, boolean more) {

  /**
   * @param clause what the one before asks for
   * @param release where that leads
   */
  public record Step(String clause, String release) {

    Node toNode() {
      return new MapBuilder().put("clause", clause).put("release", release).build();
    }

    static Step fromNode(Node node) {
      Fields fields = Fields.of("step", ErrorCode.JSON_SYNTAX, node);
      return new Step(fields.text("clause"), fields.text("release"));
    }
  }

  public Why {
    paths = paths.stream().map(List::copyOf).toList();
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("from", from)
        .put("to", to)
        .put("paths", paths, path -> new Node.Array(path.stream().map(Step::toNode).toList()))
        .flag("more", more)
        .build();
  }

  public static Why fromNode(Node node) {
    Fields fields = Fields.of("why", ErrorCode.JSON_SYNTAX, node);
    Why why =
        new Why(
            fields.text("from"),
            fields.text("to"),
            fields.list(
                "paths",
                path ->
                    path instanceof Node.Array steps
                        ? steps.items().stream().map(Step::fromNode).toList()
                        : List.of()),
            fields.flag("more"));
    fields.end();
    return why;
  }
}
