package org.dxos.dmg.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.link.PeerStatus;

/** The links of a node that runs. */
public final class Peers {

  private static final String PEERS = "/v1/peers";

  private final HttpRegistry node;

  Peers(HttpRegistry node) {
    this.node = node;
  }

  /**
   * A node among others.
   *
   * @param peer its own id
   * @param addresses where it is reached
   */
  public record Around(String peer, List<String> addresses, List<PeerStatus> links) {
    public Around {
      addresses = List.copyOf(addresses);
      links = List.copyOf(links);
    }
  }

  /** The node's own id and addresses, and how each of its links does. */
  public Around around() {
    Fields fields =
        Fields.of("answer", ErrorCode.JSON_SYNTAX, node.asked("GET", PEERS, Optional.empty()));
    return new Around(
        fields.text("peer"),
        fields.list("addresses", one -> one instanceof Node.Text text ? text.value() : "?"),
        fields.node("links") instanceof Node.Array links
            ? links.items().stream().map(PeerStatus::fromNode).toList()
            : List.of());
  }

  /** Opens an invitation. */
  public Invitation invite(Link.Policy policy, long seconds) {
    return invite(policy, seconds, Optional.empty());
  }

  /**
   * Opens an invitation.
   *
   * @param place the space that it is into, if it is into one
   */
  public Invitation invite(Link.Policy policy, long seconds, Optional<Invitation.Place> place) {
    MapBuilder body = new MapBuilder().putAlways("policy", policy.toNode()).put("seconds", seconds);
    body.put("place", place, Invitation.Place::toNode);
    return Invitation.fromNode(
        node.asked("POST", PEERS + "/invitations", Optional.of(body.build())));
  }

  /**
   * Takes an invitation.
   *
   * @return the space that the node is in by it, and what it may do there
   */
  public Optional<Invitation.Place> join(Invitation invitation, Link.Policy policy) {
    return Fields.of(
            "answer",
            ErrorCode.JSON_SYNTAX,
            node.asked(
                "POST",
                PEERS,
                Optional.of(
                    new MapBuilder()
                        .putAlways("policy", policy.toNode())
                        .putAlways("invitation", invitation.toNode())
                        .build())))
        .optionalMap("place", Invitation.Place::of);
  }

  /** Changes what is wanted of a peer. */
  public void change(String peer, Link.Policy policy) {
    node.asked(
        "PUT",
        one(peer),
        Optional.of(new MapBuilder().putAlways("policy", policy.toNode()).build()));
  }

  /** Ends a link. */
  public void remove(String peer) {
    node.asked("DELETE", one(peer), Optional.empty());
  }

  private static String one(String peer) {
    return PEERS + "/" + URLEncoder.encode(peer, StandardCharsets.UTF_8);
  }
}
