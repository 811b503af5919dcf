package org.dxos.dmg.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;

/** What holds for a space's entries and for proofs of forks beyond what holds for every body. */
class SpaceTest {

  private static Node.Map map(Body body) {
    return (Node.Map) DagCbor.decode(body.encode());
  }

  private static byte[] with(Node.Map map, String field, Optional<Node> value) {
    Map<String, Node> entries = new LinkedHashMap<>(map.entries());
    entries.remove(field);
    value.ifPresent(one -> entries.put(field, one));
    return DagCbor.encode(new Node.Map(entries));
  }

  private static ErrorCode refused(byte[] block) {
    return assertThrows(FormatException.class, () -> Body.decode(block)).code();
  }

  private static Node reversed(Node.Map map, String field) {
    List<Node> items = new ArrayList<>(((Node.Array) map.entries().get(field)).items());
    return new Node.Array(items.reversed());
  }

  @Test
  void theSaltStandsAtSeqZeroAndOnlyThere() {
    Node.Map first = map(Examples.space());
    Node.Map second = map(Examples.secondSpace());
    Node salt = first.entries().get("salt");
    assertEquals(ErrorCode.BODY_INVALID, refused(with(first, "salt", Optional.empty())));
    assertEquals(ErrorCode.BODY_INVALID, refused(with(second, "salt", Optional.of(salt))));
    assertEquals(
        ErrorCode.BODY_INVALID, refused(with(first, "salt", Optional.of(Node.of(new byte[31])))));
  }

  @Test
  void genesisAndPrevAreAbsentAtSeqZeroAndPresentAfter() {
    Node.Map first = map(Examples.space());
    Node.Map second = map(Examples.secondSpace());
    Node link = Node.of(Examples.link("any"));
    for (String field : List.of("genesis", "prev")) {
      assertEquals(ErrorCode.SEQ_GAP, refused(with(first, field, Optional.of(link))));
      assertEquals(ErrorCode.SEQ_GAP, refused(with(second, field, Optional.empty())));
    }
  }

  @Test
  void membersAndRevokedAreSortedAndDistinct() {
    Node.Map first = map(Examples.space());
    Node.Map second = map(Examples.secondSpace());
    Node members = reversed(first, "members");
    Node revoked = reversed(second, "revoked");
    assertEquals(ErrorCode.BODY_INVALID, refused(with(first, "members", Optional.of(members))));
    assertEquals(ErrorCode.BODY_INVALID, refused(with(second, "revoked", Optional.of(revoked))));
    Node one = ((Node.Array) second.entries().get("revoked")).items().getFirst();
    Node twice = new Node.Array(List.of(one, one));
    assertEquals(ErrorCode.BODY_INVALID, refused(with(second, "revoked", Optional.of(twice))));
  }

  @Test
  void aRoleIsOneOfThree() {
    Node.Map first = map(Examples.space());
    Node peer = Node.of(new PeerId(Examples.HEAD.publicKey().bytes()).multihash());
    for (String role : List.of("owner", "Admin", "writer")) {
      Node member = new Node.Map(Map.of("peer", peer, "role", Node.of(role)));
      Node members = new Node.Array(List.of(member));
      assertEquals(ErrorCode.BODY_INVALID, refused(with(first, "members", Optional.of(members))));
    }
  }

  @Test
  void aWeakPeerIsNoMember() {
    byte[] weak = new byte[32];
    weak[0] = 1;
    FormatException refused =
        assertThrows(
            FormatException.class,
            () -> new SpaceEntry.Member(new PeerId(weak), SpaceEntry.Role.READ));
    assertEquals(ErrorCode.KEY_WEAK, refused.code());
  }

  @Test
  void theSignatureIsOverTypeAndCidOfTheEntry() {
    SpaceEntry entry = Examples.space();
    byte[] block = entry.encode();
    Envelope envelope =
        Envelope.sign(entry.type(), block, List.of(Examples.OWNER, Examples.OWNER_2));
    envelope.requireSignedBy(SpaceEntry.TYPE, entry.signers());
    FormatException refused =
        assertThrows(
            FormatException.class,
            () -> envelope.requireSignedBy(AuthorityEntry.TYPE, entry.signers()));
    assertEquals(ErrorCode.SIGNATURE_INVALID, refused.code());
  }

  @Test
  void theTagOfAStatementIsTheHashOfPrefixSpaceAndPath() {
    Cid space = DagCbor.cid(Examples.space().encode());
    Statement.SpaceTag tag = SpaceEntry.tag(space, "function/read-mail");
    String bytes =
        "646d672d73706163652d763100"
            + HexFormat.of().formatHex(space.bytes())
            + "66756e6374696f6e2f726561642d6d61696c";
    assertArrayEquals(Cid.sha256(HexFormat.of().parseHex(bytes)), tag.bytes());
    assertNotEquals(tag, SpaceEntry.tag(space, "function/read-mails"));
    assertThrows(FormatException.class, () -> SpaceEntry.tag(space, "org.dxos/function/read"));
  }

  private static Envelope envelope(Body body) {
    return Envelope.sign(body.type(), body.encode(), List.of(Examples.OWNER));
  }

  @Test
  void aForkIsTheSameProofInWhicheverOrderItsSidesCome() {
    Envelope one = envelope(Examples.yank());
    Envelope other = envelope(Examples.unyank());
    Cid genesis = Examples.link("genesis body");
    Fork fork = Fork.of(Fork.Kind.HEAD, genesis, Optional.of(Examples.link("s")), one, other);
    assertEquals(
        fork, Fork.of(Fork.Kind.HEAD, genesis, Optional.of(Examples.link("s")), other, one));
    assertEquals(fork, Fork.decode(fork.encode()));
    assertArrayEquals(fork.encode(), Fork.decode(fork.encode()).encode());
    boolean ordered = one.body().compareTo(other.body()) < 0;
    fork.requireSides(ordered ? one : other, ordered ? other : one);
    assertThrows(
        FormatException.class,
        () -> fork.requireSides(ordered ? other : one, ordered ? one : other));
    Fork swapped = new Fork(fork.kind(), fork.genesis(), fork.space(), fork.b(), fork.a());
    assertThrows(
        FormatException.class,
        () -> swapped.requireSides(ordered ? other : one, ordered ? one : other));
  }

  @Test
  void aForkOfOtherShapeIsRefused() {
    Cid genesis = Examples.link("genesis body");
    Cid a = Examples.link("a");
    Cid b = Examples.link("b");
    Fork fork = new Fork(Fork.Kind.KEY, genesis, Optional.empty(), a, b);
    Node.Map map = (Node.Map) DagCbor.decode(fork.encode());
    Map<String, Node> changes =
        Map.of(
            "type", Node.of("dmg/fork/2"),
            "kind", Node.of("branch"),
            "genesis", Node.of("text"),
            "space", Node.of(Examples.link("only heads have one")),
            "a", Node.of(b),
            "b", Node.of(Cid.of(Cid.RAW, new byte[1])),
            "signers", Node.of(1));
    changes.forEach(
        (field, value) ->
            assertEquals(
                ErrorCode.BODY_INVALID,
                assertThrows(
                        FormatException.class,
                        () -> Fork.decode(with(map, field, Optional.of(value))),
                        field)
                    .code()));
    assertEquals(
        ErrorCode.TOO_LARGE,
        assertThrows(FormatException.class, () -> Fork.decode(new byte[Fork.MAX_BYTES + 1]))
            .code());
  }
}
