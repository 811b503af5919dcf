package org.dxos.dmg.sync.link;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * What one hands to another so that their nodes link.
 *
 * @param peer of the node that invites, base58
 * @param addresses where it is reached, without {@code /p2p}
 * @param secret 32 random bytes; the inviter keeps only their hash
 * @param expires seconds UTC
 */
@SuppressWarnings("ArrayRecordComponent") // a secret; never compared here
public record Invitation(String peer, List<String> addresses, byte[] secret, long expires) {

  /** 7 days. */
  public static final long MAX_LIFE_SECONDS = 7L * 86_400;

  public Invitation {
    addresses = List.copyOf(addresses);
    secret = secret.clone();
  }

  /** As one node tells it to those who run it. */
  public Node toNode() {
    return new MapBuilder()
        .put("peer", peer)
        .put("addresses", addresses, Node::of)
        .put("secret", HexFormat.of().formatHex(secret))
        .put("expires", expires)
        .build();
  }

  /**
   * As it was told.
   *
   * @throws FormatException if it is none
   */
  public static Invitation fromNode(Node node) {
    Fields fields = Fields.of("invitation", ErrorCode.INVITATION, node);
    String hex = fields.text("secret");
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new FormatException(
          ErrorCode.INVITATION, "read invitation: its secret is not 64 hexadecimal digits");
    }
    Invitation invitation =
        new Invitation(
            fields.text("peer"),
            fields.list("addresses", one -> one instanceof Node.Text text ? text.value() : "?"),
            HexFormat.of().parseHex(hex),
            fields.uint("expires"));
    fields.end();
    return invitation;
  }

  /** A copy. */
  @Override
  public byte[] secret() {
    return secret.clone();
  }

  /**
   * What an inviter keeps of an invitation.
   *
   * @param policy what the inviter wants of whoever takes it
   * @param usedBy the peer that took it
   */
  record Kept(long expires, Link.Policy policy, Optional<String> usedBy) {

    byte[] encode() {
      MapBuilder map =
          new MapBuilder().put("expires", expires).putAlways("policy", policy.toNode());
      usedBy.ifPresent(peer -> map.put("usedBy", peer));
      return DagCbor.encode(map.build());
    }

    static Kept decode(byte[] value) {
      Fields fields = Fields.of("invitation", ErrorCode.STORAGE, DagCbor.decode(value));
      Kept kept =
          new Kept(
              fields.uint("expires"),
              fields.optionalMap("policy", Link.Policy::of).orElse(Link.Policy.NOTHING),
              fields.optionalText("usedBy"));
      fields.end();
      return kept;
    }
  }
}
