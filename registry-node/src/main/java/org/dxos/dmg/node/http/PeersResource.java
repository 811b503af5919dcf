package org.dxos.dmg.node.http;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.Caller;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.link.PeerStatus;

/** The links of this node with others: for those who run it. */
final class PeersResource implements Resource {

  static final String PEERS = "/v1/peers";
  static final String EVENTS = "/v1/peers/events";
  static final String INVITATIONS = "/v1/peers/invitations";
  private static final String ONE = PEERS + "/";

  private final Optional<Federation> federation;

  PeersResource(Optional<Federation> federation) {
    this.federation = federation;
  }

  /** True for everything that is told and done here: all of it is the operator's alone. */
  static boolean isOperators(String rawPath) {
    return rawPath.equals(PEERS) || rawPath.startsWith(ONE);
  }

  @Override
  public boolean serves(Exchange exchange) {
    return isOperators(exchange.rawPath());
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    Federation peers =
        federation.orElseThrow(
            () ->
                new NodeException(
                    ErrorCode.UNSUPPORTED,
                    "answer `" + exchange.rawPath() + "`: this node does not listen for peers",
                    "start it without --no-peers"));
    switch (exchange.method() + " " + exchange.rawPath()) {
      case "GET " + PEERS, "HEAD " + PEERS -> exchange.json(200, all(peers));
      case "GET " + EVENTS -> new LinkEvents(peers).to(exchange);
      case "POST " + PEERS -> exchange.json(201, join(peers, exchange));
      case "POST " + INVITATIONS -> exchange.json(201, invite(peers, exchange).toNode());
      default -> one(peers, exchange);
    }
  }

  private static Node all(Federation peers) {
    return new MapBuilder()
        .put("peer", peers.peerId())
        .put("addresses", peers.addresses(), Node::of)
        .putAlways(
            "links", new Node.Array(peers.status().stream().<Node>map(PeerStatus::toNode).toList()))
        .build();
  }

  private static Invitation invite(Federation peers, Exchange exchange) throws IOException {
    Fields fields = body("invitation", exchange);
    Link.Policy policy = policy(fields);
    long seconds = fields.optionalUint("seconds").orElse(Invitation.MAX_LIFE_SECONDS);
    Optional<Invitation.Place> place = fields.optionalMap("place", Invitation.Place::of);
    fields.end();
    if (place.isPresent() && Caller.current().isStranger()) {
      // In the words for a space that is not there: who is on this machine is not in it yet.
      throw new NodeException(
          ErrorCode.INVITATION,
          "invite into a space: this node is no admin of one with that id",
          "see `dmg space list`");
    }
    return peers.invite(policy, seconds, place);
  }

  private static Node join(Federation peers, Exchange exchange) throws IOException {
    Fields fields = body("join", exchange);
    Invitation invitation = Invitation.fromNode(fields.node("invitation"));
    Link.Policy policy = policy(fields);
    fields.end();
    if (invitation.place().isPresent() && Caller.current().isStranger()) {
      throw new NodeException(
          ErrorCode.TOKEN,
          "take an invitation into a space: the bearer token is missing or wrong",
          "set DMG_TOKEN to the token of the node, or do it as who runs it");
    }
    Federation.Joined joined = peers.join(invitation, policy);
    MapBuilder told = new MapBuilder();
    told(peers, joined.link()).entries().forEach(told::putAlways);
    return told.put("place", joined.place(), Invitation.Place::toNode).build();
  }

  private static void one(Federation peers, Exchange exchange) throws IOException {
    String peer = exchange.pathAfter(ONE);
    if (exchange.method().equals("DELETE")) {
      if (!peers.remove(peer)) {
        throw new NodeException(
            ErrorCode.NOT_FOUND, "remove link with `" + peer + "`: there is none", "");
      }
      exchange.json(200, Node.Map.EMPTY);
      return;
    }
    Fields fields = body("link", exchange);
    Link.Policy policy = policy(fields);
    fields.end();
    exchange.json(200, told(peers, peers.change(peer, policy)));
  }

  private static Node.Map told(Federation peers, Link link) {
    return peers.status().stream()
        .filter(one -> one.link().peer().equals(link.peer()))
        .findFirst()
        .map(PeerStatus::toNode)
        .orElse(Node.Map.EMPTY);
  }

  private static Link.Policy policy(Fields fields) {
    return fields
        .optionalMap("policy", Link.Policy::of)
        .orElseThrow(
            () ->
                new FormatException(
                    ErrorCode.USAGE,
                    "read request: it has no field `policy`",
                    "give {\"policy\": {\"follow\": true, \"bundles\": true}}"));
  }

  private static Fields body(String subject, Exchange exchange) throws IOException {
    return Fields.of(subject, ErrorCode.USAGE, Json.parse(exchange.body(HttpServer.MAX_TEXT_BODY)));
  }

  static final List<String> METHODS_OF_ONE = List.of("PUT", "DELETE");
}
