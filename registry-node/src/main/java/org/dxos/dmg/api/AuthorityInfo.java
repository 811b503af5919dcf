package org.dxos.dmg.api;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.PublicKey;

/**
 * An authority.
 *
 * @param name as DXNs spell it
 * @param genesis the authority id
 * @param keyHead envelope of its newest key log entry
 * @param head envelope of its newest head; empty before the first publish
 * @param headKey of its home node
 */
public record AuthorityInfo(
    String name, Cid genesis, Cid keyHead, Optional<Cid> head, PublicKey headKey) {

  public Node.Map toNode() {
    return new MapBuilder()
        .put("name", name)
        .put("authority", genesis.toString())
        .put("keyHead", keyHead.toString())
        .put("head", head, cid -> Node.of(cid.toString()))
        .put("headKey", headKey.toString())
        .build();
  }

  public static AuthorityInfo fromNode(Node node) {
    Fields fields = Fields.of("authority", ErrorCode.JSON_SYNTAX, node);
    return new AuthorityInfo(
        fields.text("name"),
        Cid.parse(fields.text("authority")),
        Cid.parse(fields.text("keyHead")),
        fields.optionalText("head").map(Cid::parse),
        PublicKey.of(java.util.HexFormat.of().parseHex(fields.text("headKey"))));
  }
}
