package org.dxos.dmg.sync.link;

import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * How a link does.
 *
 * @param connected whether there is an open connection
 * @param root of everything public that it held when it was asked last
 * @param lastEqual when the roots were last found equal, seconds UTC
 * @param received bytes of blocks since the start
 * @param error what went wrong last, if nothing went right since
 */
public record PeerStatus(
    Link link,
    boolean connected,
    Optional<Cid> root,
    Optional<Long> lastEqual,
    long received,
    Optional<String> error) {

  /** As a node tells it. */
  public Node.Map toNode() {
    MapBuilder map =
        new MapBuilder()
            .put("peer", link.peer())
            .put("addresses", link.addresses(), Node::of)
            .putAlways("policy", link.policy().toNode())
            .put("since", link.since())
            .putAlways("connected", Node.of(connected))
            .put("received", received)
            .put("root", root.map(Cid::toString), Node::of);
    lastEqual.ifPresent(at -> map.put("lastEqual", at));
    error.ifPresent(text -> map.put("error", text));
    return map.build();
  }

  /** As a node told it. */
  public static PeerStatus fromNode(Node node) {
    Fields fields = Fields.of("peer", ErrorCode.JSON_SYNTAX, node);
    Link link =
        new Link(
            fields.text("peer"),
            fields.list("addresses", one -> one instanceof Node.Text text ? text.value() : "?"),
            fields.optionalMap("policy", Link.Policy::of).orElse(Link.Policy.NOTHING),
            fields.uint("since"));
    boolean connected = fields.node("connected") instanceof Node.Bool bool && bool.value();
    OptionalLong equal = fields.optionalUint("lastEqual");
    return new PeerStatus(
        link,
        connected,
        fields.optionalText("root").map(Cid::parse),
        equal.isPresent() ? Optional.of(equal.getAsLong()) : Optional.empty(),
        fields.optionalUint("received").orElse(0),
        fields.optionalText("error"));
  }
}
