package org.dxos.dmg.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.care.Collector;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/** Asks the node that has a home open. */
final class RemoteUpkeep implements Upkeep {

  private final HttpRegistry node;

  RemoteUpkeep(HttpRegistry node) {
    this.node = node;
  }

  @Override
  public Collector.Report collect(Duration grace, boolean dry) {
    return Collector.Report.of(
        done(
            "/v1/admin/gc",
            Optional.of(
                new MapBuilder().put("grace", grace.toSeconds()).flag("dry", dry).build())));
  }

  @Override
  public void reindex() {
    done("/v1/admin/reindex", Optional.empty());
  }

  /** Asks until it is done; each time the node waits for some seconds itself. */
  private Node done(String path, Optional<Node> body) {
    Node answer = node.asked("POST", path, body);
    while (answer instanceof Node.Map map
        && map.entries().get("job") instanceof Node.Text job
        && map.entries().size() == 1) {
      answer = node.asked("GET", "/v1/admin/jobs/" + job.value(), Optional.empty());
    }
    return answer;
  }

  @Override
  public Path checkpoint() {
    Fields fields =
        Fields.of(
            "checkpoint", ErrorCode.JSON_SYNTAX, done("/v1/admin/checkpoint", Optional.empty()));
    return Path.of(fields.text("home"));
  }
}
