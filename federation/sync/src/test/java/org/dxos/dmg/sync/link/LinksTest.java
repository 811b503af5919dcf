package org.dxos.dmg.sync.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.junit.jupiter.api.Test;

class LinksTest {

  private static final Cid SPACE =
      DagCbor.cid(DagCbor.encode(new MapBuilder().put("a", "space").build()));

  private final MemoryBlockStore store = new MemoryBlockStore(new Random(1));

  private Links links() {
    return new Links(store, InstantSource.fixed(Instant.ofEpochSecond(1_000_000)), new Random(2));
  }

  private Invitation intoSpace(Links links) {
    return links.invite(
        "own",
        List.of(),
        Link.Policy.NOTHING,
        600,
        Optional.of(new Invitation.Place(SPACE, Role.PUBLISH)));
  }

  @Test
  void anInvitationIntoASpaceLetsInOnceHoweverOftenItIsSaid() {
    Links links = links();
    byte[] secret = intoSpace(links).secret();
    assertFalse(links.accept(secret, "ann", List.of()).granted());
    // The process ended before it was let in: it says so again, and is.
    assertFalse(links().accept(secret, "ann", List.of()).granted());
    links.granted(secret);
    // An owner may have shut it out since.
    Links.Accepted again = links().accept(secret, "ann", List.of());
    assertTrue(again.granted());
    assertEquals(SPACE, again.place().orElseThrow().space());
    assertEquals("ann", again.link().peer());
  }

  @Test
  void anInvitationThatWasUsedIsOfNoUseToAnother() {
    Links links = links();
    byte[] secret = intoSpace(links).secret();
    links.granted("not a secret of this node, 32 by".getBytes(StandardCharsets.US_ASCII));
    assertEquals("ann", links.accept(secret, "ann", List.of()).link().peer());
    SyncException refused =
        assertThrows(SyncException.class, () -> links.accept(secret, "bob", List.of()));
    assertEquals(ErrorCode.INVITATION, refused.code());
    assertTrue(links.of("bob").isEmpty());
  }
}
