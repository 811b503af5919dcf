package org.dxos.dmg.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.care.Collector;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
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
        node.asked(
            "POST",
            "/v1/admin/gc",
            Optional.of(
                new MapBuilder().put("grace", grace.toSeconds()).flag("dry", dry).build())));
  }

  @Override
  public void reindex() {
    node.asked("POST", "/v1/admin/reindex", Optional.empty());
  }

  @Override
  public Path checkpoint() {
    Fields fields =
        Fields.of(
            "checkpoint",
            ErrorCode.JSON_SYNTAX,
            node.asked("POST", "/v1/admin/checkpoint", Optional.empty()));
    return Path.of(fields.text("home"));
  }
}
