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
 * @param lastEqual when the roots were last found equal; they need not be, where not everything is
 *     followed or something is held of elsewhere
 * @param lag seconds since the last time when nothing was known that the peer has and that is
 *     followed and not held: 0 while that is so, empty if it never was or nothing is followed
 * @param received bytes of blocks since the start
 * @param sent bytes of answers since the start, as they went
 * @param forks authorities of which the peer has shown a proof of a fork since the start
 * @param error what went wrong last, if nothing went right since
 */
public record PeerStatus(
    Link link,
    boolean connected,
    Optional<Cid> root,
    Optional<Equal> lastEqual,
    Optional<Long> lag,
    long received,
    long sent,
    long forks,
    Optional<String> error) {

  /**
   * Equal roots.
   *
   * @param at seconds, UTC
   */
  public record Equal(Cid root, long at) {}

  /** Of a link at which nothing has been done. */
  static PeerStatus idle(Link link) {
    return new Progress().of(link, false, false, 0);
  }

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
            .put("sent", sent)
            .put("forks", forks)
            .put("root", root.map(Cid::toString), Node::of)
            .put("lastEqualRoot", lastEqual.map(one -> one.root().toString()), Node::of)
            .put("error", error, Node::of);
    lastEqual.ifPresent(one -> map.put("lastEqual", one.at()));
    lag.ifPresent(seconds -> map.put("lag", seconds));
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
    OptionalLong at = fields.optionalUint("lastEqual");
    OptionalLong lag = fields.optionalUint("lag");
    return new PeerStatus(
        link,
        connected,
        fields.optionalText("root").map(Cid::parse),
        fields
            .optionalText("lastEqualRoot")
            .filter(_ -> at.isPresent())
            .map(root -> new Equal(Cid.parse(root), at.getAsLong())),
        lag.isPresent() ? Optional.of(lag.getAsLong()) : Optional.empty(),
        fields.optionalUint("received").orElse(0),
        fields.optionalUint("sent").orElse(0),
        fields.optionalUint("forks").orElse(0),
        fields.optionalText("error"));
  }
}
