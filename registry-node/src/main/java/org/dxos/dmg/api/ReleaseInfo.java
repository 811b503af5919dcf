package org.dxos.dmg.api;

import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.select.Notices;

/**
 * One release.
 *
 * @param name authority, kind and local of the module
 * @param version its version
 * @param record CID of the record
 * @param release CID of the release statement's envelope
 * @param genesis the authority id
 * @param head envelope of the newest head of the authority
 * @param created of the release statement, seconds UTC
 * @param module the record as a map, links as text
 * @param notices what was said of it since
 * @param warnings what a reader should know
 */
public record ReleaseInfo(
    String name,
    String version,
    Cid record,
    Cid release,
    Cid genesis,
    Cid head,
    long created,
    Node.Map module,
    Notices notices,
    List<String> warnings) {

  public ReleaseInfo {
    warnings = List.copyOf(warnings);
  }

  /** {@code name@version}. */
  public String reference() {
    return name + "@" + version;
  }

  public Node.Map toNode() {
    return new MapBuilder()
        .put("name", name)
        .put("version", version)
        .put("record", record.toString())
        .put("release", release.toString())
        .put("authority", genesis.toString())
        .put("head", head.toString())
        .put("created", created)
        .put("module", module)
        .put("notices", NoticeNodes.of(notices))
        .put("warnings", warnings, Node::of)
        .build();
  }

  public static ReleaseInfo fromNode(Node node) {
    Fields fields = Fields.of("release", ErrorCode.JSON_SYNTAX, node);
    return new ReleaseInfo(
        fields.text("name"),
        fields.text("version"),
        Cid.parse(fields.text("record")),
        Cid.parse(fields.text("release")),
        Cid.parse(fields.text("authority")),
        Cid.parse(fields.text("head")),
        fields.uint("created"),
        fields.node("module") instanceof Node.Map map ? map : Node.Map.EMPTY,
        fields.optionalNode("notices").map(NoticeNodes::read).orElse(Notices.NONE),
        fields.list("warnings", one -> one instanceof Node.Text text ? text.value() : ""));
  }
}
