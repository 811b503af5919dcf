package org.dxos.dmg.libp2p.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ResourceManagerTest {

  private static final int MEBIBYTE = 1 << 20;

  /** Six connections, of which one is kept free; two of a peer; twenty streams; ten mebibytes. */
  private final ResourceManager manager =
      new ResourceManager(
          new ResourceLimits(
              new ScopeLimit(6, 20, 10 * MEBIBYTE),
              3,
              new ScopeLimit(0, 12, 0),
              new ScopeLimit(2, 18, 8 * MEBIBYTE),
              new ScopeLimit(1, 10, 5 * MEBIBYTE),
              8,
              5,
              Duration.ofSeconds(15),
              1));

  private ConnectionShare open(String peer, boolean reserved) throws Libp2pException {
    ConnectionShare share = manager.openInbound();
    try {
      share.authenticated(peer, reserved);
      return share;
    } catch (Libp2pException e) {
      share.close();
      throw e;
    }
  }

  private static void assertRefused(String scope, Executable what) {
    Libp2pException why = assertThrows(Libp2pException.class, what);
    assertEquals(Reason.RESOURCE_LIMIT, why.reason());
    assertTrue(why.getMessage().contains(scope), why.getMessage());
  }

  @Test
  void whatIsPendingIsLimitedInEachDirectionByItself() throws Exception {
    List<ConnectionShare> pending = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      pending.add(manager.openInbound());
    }
    assertRefused("transient inbound", manager::openInbound);
    assertEquals(3, manager.pendingInbound());
    manager.openOutbound().close();
    pending.forEach(ConnectionShare::close);
    pending.forEach(ConnectionShare::close); // once more gives nothing back
    assertEquals(List.of(), manager.snapshot());
  }

  @Test
  void aPeerHasItsConnectionsAndReservedPeersHaveOneMoreThanAll() throws Exception {
    List<ConnectionShare> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(open("P" + i / 2, false));
    }
    assertRefused("peer P0", () -> open("P0", true));
    assertRefused("system", () -> open("P9", false));
    all.add(open("friend", true));
    assertRefused("system", () -> open("friend", true));
    assertEquals(6, manager.snapshot().getLast().connections());
    assertEquals("system", manager.snapshot().getLast().name());
    all.forEach(ConnectionShare::close);
    assertEquals(List.of(), manager.snapshot());
  }

  @Test
  void streamsAreCountedInEveryScope() throws Exception {
    ConnectionShare one = open("P", false);
    for (int i = 0; i < 10; i++) {
      one.openStream();
    }
    assertRefused("connection", one::openStream);
    ConnectionShare two = open("P", false);
    for (int i = 0; i < 8; i++) {
      two.openStream();
    }
    assertRefused("peer P", two::openStream);
    for (int i = 0; i < 10; i++) {
      one.endStream();
    }
    two.openStream();
    assertEquals(9, manager.snapshot().getLast().streams());
  }

  @Test
  void aConnectionWithFewStreamsGoesOnWhereOthersTookAll() throws Exception {
    for (String peer : List.of("P", "Q")) {
      ConnectionShare greedy = open(peer, false);
      for (int i = 0; i < 10; i++) {
        greedy.openStream();
        if (i < 6) {
          greedy.protocol("/a", 1);
        }
      }
      assertRefused("has its", greedy::openStream);
      if (peer.equals("Q")) {
        assertRefused("protocol /a", () -> greedy.protocol("/a", 1));
      }
    }
    ConnectionShare modest = open("R", false);
    for (int i = 0; i < 8; i++) {
      modest.openStream();
      modest.protocol("/a", 1);
    }
    assertRefused("system", modest::openStream);
  }

  @Test
  void memoryIsRefusedAboveALimitAndGrowthAboveHalfOfIt() throws Exception {
    ConnectionShare share = open("P", false);
    assertTrue(share.growth(2 * MEBIBYTE));
    assertFalse(share.growth(MEBIBYTE), "beyond half of the connection's");
    assertTrue(share.memory(3 * MEBIBYTE));
    assertFalse(share.memory(1), "beyond all of the connection's");
    ConnectionShare other = open("P", false);
    assertTrue(other.memory(3 * MEBIBYTE));
    assertFalse(other.memory(1), "beyond all of the peer's");
    ConnectionShare third = open("Q", false);
    assertTrue(third.memory(2 * MEBIBYTE));
    assertFalse(third.memory(1), "beyond all of the host's");
    ConnectionShare modest = open("R", false);
    assertTrue(modest.memory(128 << 10), "the first 128 KiB are always granted");
    assertFalse(modest.memory(1));
    assertTrue(share.memory(-3 * MEBIBYTE));
    assertTrue(modest.memory(MEBIBYTE));
  }
}
