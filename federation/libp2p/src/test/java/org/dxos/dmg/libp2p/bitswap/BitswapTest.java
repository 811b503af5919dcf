package org.dxos.dmg.libp2p.bitswap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.interop.Blocks;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Base58;
import org.junit.jupiter.api.Test;

class BitswapTest {

  private static final BitswapLimits LIMITS = BitswapLimits.standard();

  private static PeerId peer() {
    return Identity.generate(Hosts.RANDOM).peerId();
  }

  private static Message.Want want(int number) {
    return new Message.Want(Cid.of(0x55, new byte[] {(byte) number}), 1, false, false, true);
  }

  @Test
  void aMessageReadsAsItWasWritten() throws Exception {
    Cid cid = Cid.of(0x71, new byte[] {1, 2, 3});
    Message message =
        new Message(
            true,
            List.of(new Message.Want(cid, 5, true, true, true), want(1)),
            List.of(new Message.Block(cid, new byte[] {1, 2, 3})),
            List.of(new Message.Presence(cid, true), new Message.Presence(want(1).cid(), false)));
    Message read = Message.decode(message.encode());
    assertEquals(message.wants(), read.wants());
    assertEquals(message.presences(), read.presences());
    assertEquals(cid, read.blocks().getFirst().cid());
    assertEquals(true, read.full());
  }

  @Test
  void anIdHasOneTextAndIsReadFromThoseThatOthersWrite() throws Exception {
    Cid cid = Cid.of(Cid.RAW, "hello".getBytes(StandardCharsets.UTF_8));
    String text = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";
    assertEquals(text, cid.toString());
    String hex = "f" + HexFormat.of().formatHex(cid.toBytes());
    for (String same : List.of(text, text.toUpperCase(Locale.ROOT), hex)) {
      assertEquals(cid, Cid.parse(same));
    }
    assertEquals(cid, Cid.parse("z" + Base58.encode(cid.toBytes())));
    String old = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
    assertEquals(old, Cid.parse(old).toString());
    for (String bad : List.of("", "b", "Qm", "u123", "bafk1", text + "a", text + "aa", "b" + old)) {
      assertThrows(Libp2pException.class, () -> Cid.parse(bad), bad);
    }
  }

  @Test
  void aSetOfBlocksComesInItsOrderOrNotAtAll() throws Exception {
    Map<Cid, byte[]> store = new LinkedHashMap<>();
    for (int i = 0; i < 300; i++) {
      byte[] data = new byte[] {(byte) i, (byte) (i >> 8)};
      store.put(Cid.of(Cid.RAW, data), data);
    }
    try (Host there = Hosts.start();
        Host here = Hosts.start();
        Bitswap server =
            new Bitswap(
                there,
                (cid, peer) -> Optional.ofNullable(store.get(cid)),
                BitswapLimits.standard());
        Bitswap client = new Bitswap(here, BlockSource.EMPTY, BitswapLimits.standard())) {
      here.connect(there.peerId(), there.addresses().getFirst());
      Session session = client.session(List.of(there.peerId()));
      List<Cid> twice = new ArrayList<>(store.keySet());
      twice.addAll(store.keySet());
      Map<Cid, byte[]> got = session.fetchAll(twice, Duration.ofSeconds(20));
      assertEquals(List.copyOf(store.keySet()), List.copyOf(got.keySet()));
      got.forEach((cid, data) -> assertTrue(cid.verifies(data)));
      assertEquals(Map.of(), session.fetchAll(List.of(), Duration.ofSeconds(1)));
      twice.add(7, Cid.of(Cid.RAW, new byte[9]));
      Libp2pException absent =
          assertThrows(
              Libp2pException.class, () -> session.fetchAll(twice, Duration.ofSeconds(20)));
      assertEquals(Reason.NOT_FOUND, absent.reason());
      assertEquals(300, session.fetchAll(store.keySet(), Duration.ofSeconds(20)).size());
      Hosts.await("nothing is wanted any more", () -> server.wants(here.peerId()) == 0);
    }
  }

  @Test
  void aBlockOfOtherBytesHasAnotherId() throws Exception {
    Cid asked = Cid.of(0x55, new byte[] {1});
    Message forged =
        new Message(false, List.of(), List.of(new Message.Block(asked, new byte[] {2})), List.of());
    Cid found = Message.decode(forged.encode()).blocks().getFirst().cid();
    assertFalse(found.equals(asked));
    assertFalse(asked.verifies(new byte[] {2}));
  }

  @Test
  void peersTakeTurnsAndNobodyIsServedTwiceAtOnce() {
    Ledger ledger = new Ledger(100);
    PeerId greedy = peer();
    PeerId modest = peer();
    ledger.take(greedy, Message.asking(List.of(want(1), want(2))));
    ledger.take(modest, Message.asking(List.of(want(3))));
    assertEquals(greedy, ledger.next(1).orElseThrow().peer());
    assertEquals(modest, ledger.next(1).orElseThrow().peer());
    assertEquals(Optional.empty(), ledger.next(1));
    ledger.done(greedy, List.of(want(1)));
    assertEquals(List.of(want(2)), ledger.next(1).orElseThrow().wants());
  }

  @Test
  void aBlockWantedWhileItsPresenceIsToldIsServedAfterwards() {
    Ledger ledger = new Ledger(2);
    PeerId peer = peer();
    Message.Want have = new Message.Want(want(1).cid(), 1, false, true, true);
    ledger.take(peer, Message.asking(List.of(have)));
    assertEquals(List.of(have), ledger.next(1).orElseThrow().wants());
    ledger.take(peer, Message.asking(List.of(want(1))));
    ledger.done(peer, List.of(have));
    assertEquals(List.of(want(1)), ledger.next(1).orElseThrow().wants());
  }

  @Test
  void whatIsCancelledIsForgottenAndWhatIsTooMuchDropped() {
    Ledger ledger = new Ledger(2);
    PeerId peer = peer();
    assertEquals(1, ledger.take(peer, Message.asking(List.of(want(1), want(2), want(3)))));
    ledger.take(
        peer, Message.asking(List.of(new Message.Want(want(1).cid(), 1, true, false, false))));
    assertEquals(1, ledger.wants(peer));
    ledger.take(peer, new Message(true, List.of(), List.of(), List.of()));
    assertEquals(0, ledger.wants(peer));
  }

  @Test
  void manyPeersTogetherHaveABoundAndWhoHasLittleIsStillHeard() {
    Ledger ledger = new Ledger(128);
    List<Message.Want> many = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Cid cid = Cid.of(0x55, new byte[] {(byte) i, 1});
      many.add(new Message.Want(cid, 1, false, false, true));
    }
    List<PeerId> peers = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      peers.add(peer());
      assertEquals(72, ledger.take(peers.getLast(), Message.asking(many)));
    }
    assertEquals(64 * 128, ledger.all());
    peers.add(peer());
    assertEquals(198, ledger.take(peers.getLast(), Message.asking(many)));
    Ledger.Turn turn = ledger.next(50).orElseThrow();
    ledger.done(turn.peer(), turn.wants());
    assertEquals(64 * 128 + 2 - 50, ledger.all());
    peers.forEach(ledger::forget);
    assertEquals(0, ledger.all());
  }

  @Test
  void aSessionFindsEveryBlockWhereverItIs() throws Exception {
    Blocks left = new Blocks();
    Blocks right = new Blocks();
    List<Cid> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      byte[] data = new byte[10_000];
      Hosts.RANDOM.nextBytes(data);
      all.add((i % 2 == 0 ? left : right).add(0x55, data));
    }
    try (Host a = Hosts.start();
        Host b = Hosts.start();
        Host c = Hosts.start();
        Bitswap here = new Bitswap(a, BlockSource.EMPTY, LIMITS);
        Bitswap one = new Bitswap(b, left, LIMITS);
        Bitswap two = new Bitswap(c, right, LIMITS);
        Session session = here.session(List.of(b.peerId(), c.peerId()));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      a.connect(b.peerId(), b.addresses().getFirst());
      a.connect(c.peerId(), c.addresses().getFirst());
      List<Future<byte[]>> blocks = new ArrayList<>();
      for (Cid cid : all) {
        blocks.add(threads.submit(() -> session.fetch(cid, Duration.ofSeconds(20))));
      }
      for (int i = 0; i < all.size(); i++) {
        byte[] block = blocks.get(i).get(30, TimeUnit.SECONDS);
        assertArrayEquals(all.get(i).toBytes(), Cid.of(0x55, block).toBytes());
      }
      Libp2pException why =
          assertThrows(
              Libp2pException.class,
              () -> session.fetch(Cid.of(0x55, new byte[] {9}), Duration.ofSeconds(10)));
      assertEquals(Reason.NOT_FOUND, why.reason());
    }
  }
}
