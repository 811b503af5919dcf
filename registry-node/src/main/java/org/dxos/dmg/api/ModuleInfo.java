package org.dxos.dmg.api;

import java.util.List;
import java.util.Map;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.select.Notices;

/**
 * A name with all its releases.
 *
 * @param name the name asked for
 * @param genesis the authority id
 * @param versions newest first
 * @param tags tag to version; {@code latest} is computed and among them
 */
public record ModuleInfo(
    String name, Cid genesis, List<VersionInfo> versions, Map<String, String> tags) {

  /**
   * @param module name of the module that carries it, which differs from the name asked for if that
   *     is a function's
   */
  public record VersionInfo(
      String version, String module, Cid record, Cid release, Notices notices, long created) {}

  public ModuleInfo {
    versions = List.copyOf(versions);
    tags = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(tags));
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("name", name)
        .put("authority", genesis.toString())
        .put(
            "versions",
            versions,
            one ->
                new MapBuilder()
                    .put("version", one.version())
                    .put("module", one.module())
                    .put("record", one.record().toString())
                    .put("release", one.release().toString())
                    .put("notices", NoticeNodes.of(one.notices()))
                    .put("created", one.created())
                    .build())
        .put("tags", tags, Node::of)
        .build();
  }

  public static ModuleInfo fromNode(Node node) {
    Fields fields = Fields.of("module", ErrorCode.JSON_SYNTAX, node);
    return new ModuleInfo(
        fields.text("name"),
        Cid.parse(fields.text("authority")),
        fields.list(
            "versions",
            item -> {
              Fields one = Fields.of("version", ErrorCode.JSON_SYNTAX, item);
              return new VersionInfo(
                  one.text("version"),
                  one.text("module"),
                  Cid.parse(one.text("record")),
                  Cid.parse(one.text("release")),
                  one.optionalNode("notices").map(NoticeNodes::read).orElse(Notices.NONE),
                  one.uint("created"));
            }),
        fields.map("tags", value -> value instanceof Node.Text text ? text.value() : ""));
  }
}
