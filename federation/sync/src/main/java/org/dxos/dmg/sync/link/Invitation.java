package org.dxos.dmg.sync.link;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.SpaceEntry;

/**
 * What one hands to another so that their nodes link.
 *
 * @param peer of the node that invites, base58
 * @param addresses where it is reached, without {@code /p2p}
 * @param secret 32 random bytes; the inviter keeps only their hash
 * @param expires seconds UTC
 * @param place the space that it is into, if it is into one
 */
@SuppressWarnings("ArrayRecordComponent") // a secret; never compared here
public record Invitation(
    String peer, List<String> addresses, byte[] secret, long expires, Optional<Place> place) {

  /**
   * A place in a space.
   *
   * @param space its id
   * @param role what whoever takes it may do there
   */
  public record Place(Cid space, SpaceEntry.Role role) {

    /** As it is stored and told. */
    public Node toNode() {
      return new MapBuilder().put("space", space.toString()).put("role", role.text()).build();
    }

    /** As it was stored or told. */
    public static Place of(Fields fields) {
      return new Place(Cid.parse(fields.text("space")), SpaceEntry.Role.parse(fields.text("role")));
    }
  }

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
        .put("place", place, Place::toNode)
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
            fields.uint("expires"),
            fields.optionalMap("place", Place::of));
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
   * @param place the space that it is into
   * @param usedBy the peer that took it
   * @param granted whether it was let into that space: once, whatever becomes of it there
   */
  record Kept(
      long expires,
      Link.Policy policy,
      Optional<Place> place,
      Optional<String> usedBy,
      boolean granted) {

    byte[] encode() {
      MapBuilder map =
          new MapBuilder()
              .put("expires", expires)
              .putAlways("policy", policy.toNode())
              .put("place", place, Place::toNode)
              .flag("granted", granted);
      usedBy.ifPresent(peer -> map.put("usedBy", peer));
      return DagCbor.encode(map.build());
    }

    static Kept decode(byte[] value) {
      Fields fields = Fields.of("invitation", ErrorCode.STORAGE, DagCbor.decode(value));
      Kept kept =
          new Kept(
              fields.uint("expires"),
              fields.optionalMap("policy", Link.Policy::of).orElse(Link.Policy.NOTHING),
              fields.optionalMap("place", Place::of),
              fields.optionalText("usedBy"),
              fields.flag("granted"));
      fields.end();
      return kept;
    }
  }
}
