package org.dxos.dmg.api;

import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.select.Notices;

/** Notices as they stand in answers. */
final class NoticeNodes {

  private NoticeNodes() {}

  static Node.Map of(Notices notices) {
    return new MapBuilder()
        .put("yanked", notices.yanked(), NoticeNodes::of)
        .put("withdrawn", notices.withdrawn(), NoticeNodes::of)
        .flag("void", notices.voided())
        .put(
            "deprecated",
            notices.deprecated(),
            one ->
                new MapBuilder()
                    .put("reason", one.reason())
                    .put("successor", one.successor(), Node::of)
                    .put("since", one.since())
                    .build())
        .build();
  }

  private static Node of(Notices.Notice notice) {
    return new MapBuilder().put("reason", notice.reason()).put("since", notice.since()).build();
  }

  static Notices read(Node node) {
    Fields fields = Fields.of("notices", ErrorCode.JSON_SYNTAX, node);
    return new Notices(
        notice(fields.optionalNode("yanked")),
        notice(fields.optionalNode("withdrawn")),
        fields.flag("void"),
        fields.list(
            "deprecated",
            item -> {
              Fields one = Fields.of("deprecation", ErrorCode.JSON_SYNTAX, item);
              return new Notices.Deprecation(
                  one.prose("reason"), one.optionalText("successor"), one.uint("since"));
            }));
  }

  private static Optional<Notices.Notice> notice(Optional<Node> node) {
    return node.map(
        one -> {
          Fields fields = Fields.of("notice", ErrorCode.JSON_SYNTAX, one);
          return new Notices.Notice(fields.prose("reason"), fields.uint("since"));
        });
  }
}
