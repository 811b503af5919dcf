package org.dxos.dmg.sync.link;

import java.util.List;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.replica.Follow;

/**
 * A node that this one is linked with.
 *
 * @param peer its peer id, base58
 * @param addresses where it was last reached, multiaddrs without {@code /p2p}
 * @param policy what is wanted of it
 * @param since when the link was made, seconds UTC
 */
public record Link(String peer, List<String> addresses, Policy policy, long since) {

  public Link {
    addresses = List.copyOf(addresses);
  }

  /**
   * What is wanted of a peer.
   *
   * @param follow whether anything is; a peer that is only served is not asked
   * @param authorities names, exact or ending in {@code .*}; empty for all
   * @param bundles whether bundles are fetched at once, or when somebody asks for them
   */
  public record Policy(boolean follow, List<String> authorities, boolean bundles) {

    /** Everything, bundles at once. */
    public static final Policy FULL = new Policy(true, List.of(), true);

    /** It is served, and not asked. */
    public static final Policy NOTHING = new Policy(false, List.of(), false);

    public Policy {
      authorities = List.copyOf(authorities);
    }

    public Follow wanted() {
      return Follow.of(authorities);
    }

    /** As it is stored and told. */
    public Node toNode() {
      return new MapBuilder()
          .flag("follow", follow)
          .put("authorities", authorities, Node::of)
          .flag("bundles", bundles)
          .build();
    }

    /** As it was stored or told. */
    public static Policy of(Fields fields) {
      return new Policy(
          fields.flag("follow"), fields.sortedTexts("authorities"), fields.flag("bundles"));
    }
  }

  /** This link with other addresses. */
  public Link at(List<String> other) {
    return new Link(peer, other, policy, since);
  }

  /** This link with another policy. */
  public Link with(Policy other) {
    return new Link(peer, addresses, other, since);
  }

  byte[] encode() {
    return DagCbor.encode(
        new MapBuilder()
            .put("peer", peer)
            .put("addresses", addresses, Node::of)
            .putAlways("policy", policy.toNode())
            .put("since", since)
            .build());
  }

  static Link decode(byte[] value) {
    Fields fields = Fields.of("link", ErrorCode.STORAGE, DagCbor.decode(value));
    Link link =
        new Link(
            fields.text("peer"),
            fields.list("addresses", node -> node instanceof Node.Text text ? text.value() : "?"),
            fields.optionalMap("policy", Policy::of).orElse(Policy.NOTHING),
            fields.uint("since"));
    fields.end();
    return link;
  }
}
