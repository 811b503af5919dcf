package org.dxos.dmg.api;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.PublicKey;

/**
 * The node behind a registry: what a first publish puts into its genesis.
 *
 * @param version of the software
 * @param headKey signs heads
 * @param peer by which other nodes know it
 * @param root of everything it holds
 * @param position of its journal
 */
public record NodeInfo(String version, PublicKey headKey, PeerId peer, Cid root, long position) {

  public Node.Map toNode() {
    return new MapBuilder()
        .put("version", version)
        .put("headKey", headKey.toString())
        .put("peer", peer.toString())
        .put("peerKey", java.util.HexFormat.of().formatHex(peer.key()))
        .put("root", root.toString())
        .put("position", position)
        .build();
  }

  public static NodeInfo fromNode(Node node) {
    Fields fields = Fields.of("node", ErrorCode.JSON_SYNTAX, node);
    java.util.HexFormat hex = java.util.HexFormat.of();
    return new NodeInfo(
        fields.text("version"),
        PublicKey.of(hex.parseHex(fields.text("headKey"))),
        new PeerId(hex.parseHex(fields.text("peerKey"))),
        Cid.parse(fields.text("root")),
        fields.uint("position"));
  }
}
