package org.dxos.dmg.trust;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * An entry of a space's own log: who may read and write there. Each entry is the complete state.
 * The CID of the body with seq 0 is the space's id.
 *
 * @param seq 0 for the genesis, else one more than that of {@code prev}
 * @param salt 32 random bytes, exactly at seq 0: two spaces of the same founders have two ids
 * @param genesis the space's id; absent exactly at seq 0
 * @param prev envelope of the entry before; absent exactly at seq 0
 * @param owners who may change the log
 * @param members peers with their roles, sorted by the bytes of the peer id
 * @param revoked how far a revoked key's heads in this space's chains still stand, sorted by
 *     authority id, then by key
 * @param signers who signs this entry, sorted
 * @param created seconds, UTC
 * @param ext free values
 */
public record SpaceEntry(
    long seq,
    Optional<Salt> salt,
    Optional<Cid> genesis,
    Optional<Cid> prev,
    KeySet owners,
    List<Member> members,
    List<RevokedHere> revoked,
    List<PublicKey> signers,
    long created,
    Optional<Node.Map> ext)
    implements Body {

  public static final String TYPE = "dmg/space/1";

  /** A space without members yet, for its owner to sign. */
  public static SpaceEntry genesis(Salt salt, KeySet owners, List<Member> members, long created) {
    return new SpaceEntry(
        0,
        Optional.of(salt),
        Optional.empty(),
        Optional.empty(),
        owners,
        sorted(members),
        List.of(),
        owners.keys(),
        created,
        Optional.empty());
  }

  /**
   * The entry after this one, with other members.
   *
   * @param id the space's id
   * @param envelope of this entry
   * @param who is to sign, sorted: as many of the owners as their threshold
   */
  public SpaceEntry next(
      Cid id,
      Cid envelope,
      List<Member> now,
      List<RevokedHere> kept,
      List<PublicKey> who,
      long at) {
    return new SpaceEntry(
        seq + 1,
        Optional.empty(),
        Optional.of(id),
        Optional.of(envelope),
        owners,
        sorted(now),
        kept.stream().sorted(RevokedHere::compare).toList(),
        who,
        at,
        ext);
  }

  private static List<Member> sorted(List<Member> members) {
    return members.stream()
        .sorted(
            (one, other) ->
                Arrays.compareUnsigned(one.peer().multihash(), other.peer().multihash()))
        .toList();
  }

  private static final byte[] TAG_PREFIX = "dmg-space-v1\0".getBytes(StandardCharsets.US_ASCII);

  /** 32 random bytes. */
  @SuppressWarnings("ArrayRecordComponent") // equality is by content, below
  public record Salt(byte[] bytes) {
    public static final int BYTES = 32;

    public Salt {
      if (bytes.length != BYTES) {
        throw invalid("salt of " + bytes.length + " bytes, expected " + BYTES);
      }
      bytes = bytes.clone();
    }

    @Override
    public byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Salt salt && Arrays.equals(bytes, salt.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** What a member may do; each includes those after it. */
  public enum Role {
    ADMIN,
    PUBLISH,
    READ;

    /** The spelling in bodies. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the spelling in bodies.
     *
     * @throws FormatException if it is no role
     */
    public static Role parse(String text) {
      return switch (text) {
        case "admin" -> ADMIN;
        case "publish" -> PUBLISH;
        case "read" -> READ;
        default -> throw invalid("role `" + Quoted.of(text) + "`, expected admin, publish or read");
      };
    }
  }

  public record Member(PeerId peer, Role role) {
    public Member {
      PublicKey.of(peer.key()); // a peer id is a key as well, and no door for weak ones
    }
  }

  /**
   * @param genesis the authority whose key log revokes {@code key}
   * @param lastGood envelope of the last head of this space's chain that stands; absent: none does
   */
  public record RevokedHere(Cid genesis, PublicKey key, Optional<Cid> lastGood) {
    public RevokedHere {
      Rules.link("genesis", genesis);
      Rules.link("lastGood", lastGood);
    }

    private int compare(RevokedHere other) {
      int byGenesis = genesis.compareTo(other.genesis);
      return byGenesis != 0 ? byGenesis : key.compareTo(other.key);
    }
  }

  public SpaceEntry {
    members = List.copyOf(members);
    revoked = List.copyOf(revoked);
    signers = List.copyOf(signers);
    ext = Rules.ext(ext);
    Rules.uint("seq", seq);
    Rules.uint("created", created);
    Rules.link("genesis", genesis);
    Rules.link("prev", prev);
    if ((seq == 0) != genesis.isEmpty() || (seq == 0) != prev.isEmpty()) {
      throw new FormatException(
          ErrorCode.SEQ_GAP,
          "read space: seq %d with%s `genesis` and with%s `prev`"
              .formatted(seq, genesis.isEmpty() ? "out" : "", prev.isEmpty() ? "out" : ""));
    }
    if ((seq == 0) != salt.isPresent()) {
      throw invalid("seq " + seq + (salt.isPresent() ? " with" : " without") + " `salt`");
    }
    KeySet.requireSorted("signers", signers);
    if (signers.isEmpty() || signers.size() > KeySet.MAX_KEYS) {
      throw invalid(signers.size() + " signers, expected 1 to " + KeySet.MAX_KEYS);
    }
    for (int i = 1; i < members.size(); i++) {
      byte[] before = members.get(i - 1).peer().multihash();
      if (Arrays.compareUnsigned(before, members.get(i).peer().multihash()) >= 0) {
        throw invalid("members that are not sorted by peer and distinct at item " + i);
      }
    }
    for (int i = 1; i < revoked.size(); i++) {
      if (revoked.get(i - 1).compare(revoked.get(i)) >= 0) {
        throw invalid("`revoked` that is not sorted by genesis and key and distinct at item " + i);
      }
    }
  }

  @Override
  public String type() {
    return TYPE;
  }

  /**
   * What a statement made in a space says of where it was made: {@code SHA-256("dmg-space-v1" 00
   * space-id path)}. Who does not know the space's id cannot tell which it is.
   *
   * @param space the space's id
   * @param path of the statement, {@code kind/local}
   */
  public static Statement.SpaceTag tag(Cid space, String path) {
    Rules.link("space", space);
    Rules.path("path", path);
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    out.writeBytes(TAG_PREFIX);
    out.writeBytes(space.bytes());
    out.writeBytes(path.getBytes(StandardCharsets.UTF_8));
    return new Statement.SpaceTag(Cid.sha256(out.toByteArray()));
  }

  static SpaceEntry decode(Node node) {
    Fields fields = Fields.of("space", ErrorCode.BODY_INVALID, node);
    fields.text("type");
    SpaceEntry entry =
        new SpaceEntry(
            fields.uint("seq"),
            fields.optionalBytes("salt", Salt.BYTES).map(Salt::new),
            fields.optionalLink("genesis"),
            fields.optionalLink("prev"),
            KeySet.decode(fields.node("owners")),
            fields.maps(
                "members",
                one ->
                    new Member(
                        PeerId.ofMultihash(one.bytesUpTo("peer", 64)),
                        Role.parse(one.text("role")))),
            fields.maps(
                "revoked",
                one ->
                    new RevokedHere(
                        one.link("genesis"),
                        PublicKey.of(one.bytes("key", PublicKey.BYTES)),
                        one.optionalLink("lastGood"))),
            fields.list("signers", KeySet::key),
            fields.uint("created"),
            fields.ext());
    fields.end();
    return entry;
  }

  @Override
  public Node node() {
    return new MapBuilder()
        .put("type", TYPE)
        .put("seq", seq)
        .put("salt", salt, one -> Node.of(one.bytes()))
        .put("genesis", genesis, Node::of)
        .put("prev", prev, Node::of)
        .put("owners", owners.node())
        .put(
            "members",
            members,
            one ->
                new MapBuilder()
                    .put("peer", Node.of(one.peer().multihash()))
                    .put("role", one.role().text())
                    .build())
        .put(
            "revoked",
            revoked,
            one ->
                new MapBuilder()
                    .put("genesis", Node.of(one.genesis()))
                    .put("key", one.key().node())
                    .put("lastGood", one.lastGood(), Node::of)
                    .build())
        .put("signers", signers, PublicKey::node)
        .put("created", created)
        .put("ext", ext, one -> one)
        .build();
  }

  private static FormatException invalid(String what) {
    return new FormatException(ErrorCode.BODY_INVALID, "read space: " + what);
  }
}
