package org.dxos.dmg.libp2p.bitswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.dxos.dmg.libp2p.host.Figures;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.host.SteeredClock;
import org.dxos.dmg.libp2p.interop.Blocks;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.junit.jupiter.api.Test;

/** What a server does for its peers, seen from their end of the wire. */
class ServingTest {

  private static final BitswapLimits STANDARD = BitswapLimits.standard();
  private static final int BLOCK = 64 * 1_024;

  /** One worker, and that much on the way over all peers. */
  private static BitswapLimits limits(long delivery) {
    return new BitswapLimits(
        STANDARD.wants(),
        STANDARD.outstanding(),
        STANDARD.message(),
        1,
        delivery,
        Duration.ofSeconds(30),
        STANDARD.retry());
  }

  private static Message.Want block(Cid cid) {
    return new Message.Want(cid, 1, false, false, true);
  }

  private static Message.Want have(Cid cid, boolean sendDontHave) {
    return new Message.Want(cid, 1, false, true, sendDontHave);
  }

  private static Message.Want cancel(Cid cid) {
    return new Message.Want(cid, 1, true, false, false);
  }

  private static List<Cid> fill(Blocks blocks, int count) {
    List<Cid> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] data = new byte[BLOCK];
      Hosts.RANDOM.nextBytes(data);
      all.add(blocks.add(0x55, data));
    }
    return all;
  }

  private static List<Message.Want> wanting(List<Cid> all) {
    return all.stream().map(ServingTest::block).toList();
  }

  /** Hands out blocks once it may, and counts what it is asked for by whom. */
  private static final class Gated implements BlockSource {
    final Blocks blocks = new Blocks();
    final CountDownLatch open = new CountDownLatch(1);
    final AtomicInteger read = new AtomicInteger();

    @Override
    public Optional<byte[]> block(Cid cid, PeerId peer) {
      try {
        open.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      read.incrementAndGet();
      return blocks.block(cid, peer);
    }

    @Override
    public boolean has(Cid cid, PeerId peer) {
      return blocks.block(cid, peer).isPresent();
    }
  }

  @Test
  void whoAsksWhetherABlockIsHereIsToldAndNotSentIt() throws Exception {
    Blocks blocks = new Blocks();
    Cid here = fill(blocks, 1).getFirst();
    Cid absent = Cid.of(0x55, new byte[] {1});
    Cid unasked = Cid.of(0x55, new byte[] {2});
    Cid wanted = Cid.of(0x55, new byte[] {3});
    try (Host host = Hosts.start();
        Bitswap server = new Bitswap(host, blocks, STANDARD);
        Asker asker = new Asker(host, true)) {
      asker.ask(have(here, true), have(absent, true), have(unasked, false), block(wanted));
      Message answer = asker.answer();
      assertEquals(List.of(), answer.blocks());
      assertEquals(
          Set.of(
              new Message.Presence(here, true),
              new Message.Presence(absent, false),
              new Message.Presence(wanted, false)),
          new HashSet<>(answer.presences()));
      Hosts.await("all is served", () -> server.wants(asker.id()) == 0);
      assertEquals(List.of(), asker.unread());
    }
  }

  @Test
  void whatIsCancelledIsNotSent() throws Exception {
    Gated source = new Gated();
    List<Cid> all = fill(source.blocks, 3);
    try (Host host = Hosts.start();
        Bitswap server = new Bitswap(host, source, limits(1 << 20));
        Asker asker = new Asker(host, true)) {
      asker.ask(block(all.get(0)));
      asker.ask(block(all.get(1)), block(all.get(2)));
      Hosts.await("three are wanted", () -> server.wants(asker.id()) == 3);
      asker.ask(cancel(all.get(1)));
      Hosts.await("two are wanted", () -> server.wants(asker.id()) == 2);
      source.open.countDown();
      List<Message.Block> got = new ArrayList<>();
      asker.blocks(2, got);
      assertEquals(
          Set.of(all.get(0), all.get(2)),
          new HashSet<>(got.stream().map(Message.Block::cid).toList()));
      Hosts.await("all is served", () -> server.wants(asker.id()) == 0);
      assertEquals(List.of(), asker.unread());
    }
  }

  @Test
  void nobodyWaitsBehindAnothersThousandWants() throws Exception {
    Gated source = new Gated();
    List<Cid> many = fill(source.blocks, 1_000);
    Cid one = fill(source.blocks, 1).getFirst();
    try (Host host = Hosts.start();
        Bitswap server = new Bitswap(host, source, limits(64 << 20));
        Asker greedy = new Asker(host, true);
        Asker modest = new Asker(host, true)) {
      greedy.ask(wanting(many));
      Hosts.await("a thousand are wanted", () -> server.wants(greedy.id()) == 1_000);
      modest.ask(block(one));
      Hosts.await("one more is wanted", () -> server.wants(modest.id()) == 1);
      source.open.countDown();
      List<Message.Block> got = new ArrayList<>();
      modest.blocks(1, got);
      int before = source.read.get();
      List<Message.Block> all = new ArrayList<>();
      int greatest = greedy.blocks(1_000, all);
      assertEquals(1_000, all.size());
      assertTrue(greatest <= STANDARD.outstanding(), greatest + " bytes in one message");
      Figures.note(
          "a block wanted after another's thousand", "came after " + before + " of theirs");
      assertTrue(before < 200, "it came after " + before + " of the other's thousand");
    }
  }

  @Test
  void whoDoesNotReadIsSentOneMessageAndKeepsNoWorker() throws Exception {
    Gated source = new Gated();
    source.open.countDown();
    List<Cid> many = fill(source.blocks, 1_000);
    try (Host host = Hosts.start();
        Bitswap server = new Bitswap(host, source, limits(64 << 20));
        Asker deaf = new Asker(host, false);
        Asker honest = new Asker(host, true)) {
      deaf.ask(wanting(many));
      Hosts.await("its message is on the way", () -> server.delivering() > 0);
      List<Message.Block> got = new ArrayList<>();
      honest.ask(wanting(many.subList(0, 100)));
      honest.blocks(100, got);
      Hosts.await("only one message is left", () -> server.delivering() < 2 << 20);
      assertTrue(server.delivering() > 0, "the deaf one's message is given up");
      // A turn reads one block more than fits, which it keeps for the next.
      int most = STANDARD.outstanding() / BLOCK + 1;
      assertTrue(source.read.get() <= most + 100 + 100 / 16 + 1, source.read.get() + " were read");
    }
  }

  @Test
  void whatIsOnItsWayOverAllPeersHasOneBudgetAndWhoStoppedReadingGivesWay() throws Exception {
    Blocks blocks = new Blocks();
    List<Cid> many = fill(blocks, 64);
    long budget = 3 << 20;
    SteeredClock clock = new SteeredClock();
    List<Asker> deaf = new ArrayList<>();
    try (Host host = Hosts.start(Hosts.config(clock));
        Bitswap server = new Bitswap(host, blocks, limits(budget));
        Asker honest = new Asker(host, true)) {
      for (int i = 0; i < 6; i++) {
        Asker one = new Asker(host, false);
        deaf.add(one);
        one.ask(wanting(many));
      }
      Hosts.await("the budget is spent", () -> server.delivering() > budget - (2 << 20));
      honest.ask(wanting(many));
      CountDownLatch done = new CountDownLatch(1);
      AtomicLong most = new AtomicLong();
      Thread.startVirtualThread(
          () -> {
            while (done.getCount() > 0) {
              clock.forward(Duration.ofMillis(500));
              most.accumulateAndGet(server.delivering(), Math::max);
              LockSupport.parkNanos(20_000_000);
            }
          });
      try {
        honest.blocks(64, new ArrayList<>());
      } finally {
        done.countDown();
      }
      assertTrue(most.get() <= budget, most + " bytes were on their way");
    } finally {
      deaf.forEach(Asker::close);
    }
  }

  @Test
  void nothingIsKeptOfAPeerThatWentAway() throws Exception {
    Gated source = new Gated();
    List<Cid> many = fill(source.blocks, 50);
    try (Host host = Hosts.start();
        Bitswap server = new Bitswap(host, source, STANDARD)) {
      PeerId id;
      try (Asker asker = new Asker(host, true)) {
        id = asker.id();
        asker.ask(wanting(many));
        Hosts.await("they are wanted", () -> server.wants(id) == 50);
      }
      Hosts.await("nothing is wanted any more", () -> server.wants(id) == 0);
      source.open.countDown();
      Hosts.await("nothing is on its way", () -> server.delivering() == 0);
      Hosts.await("nothing is kept", () -> server.writing() == 0);
      Hosts.await("nothing is accounted for", () -> host.resources().snapshot().isEmpty());
    }
  }

  @Test
  void aMillionWantsForWhatIsAbsentAreCheap() throws Exception {
    Cid probe = Cid.of(0x55, new byte[] {9});
    List<Message.Want> junk = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      junk.add(new Message.Want(Cid.of(0x55, ("no " + i).getBytes()), 1, false, false, false));
    }
    try (Host host = Hosts.start();
        Bitswap server = new Bitswap(host, BlockSource.EMPTY, STANDARD);
        Asker asker = new Asker(host, true);
        Asker honest = new Asker(host, true)) {
      long heap = Hosts.heap();
      long begun = System.nanoTime();
      for (int i = 0; i < 1_000; i++) {
        asker.ask(junk);
      }
      honest.ask(block(probe));
      assertFalse(honest.answer().presences().getFirst().have());
      Hosts.await("all is looked at", () -> server.wants(asker.id()) == 0);
      long took = (System.nanoTime() - begun) / 1_000_000;
      Hosts.await("what it took is free", () -> Hosts.heap() - heap < 8 << 20);
      Figures.note("a million wants for what is absent", took + " ms");
      assertEquals(List.of(), asker.unread());
    }
  }
}
