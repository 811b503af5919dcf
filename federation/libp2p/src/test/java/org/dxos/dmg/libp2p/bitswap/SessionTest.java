package org.dxos.dmg.libp2p.bitswap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.interop.Blocks;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Uvarint;
import org.junit.jupiter.api.Test;

/** Blocks asked of several peers, of whom some are silent, gone or lie. */
class SessionTest {

  private static final BitswapLimits LIMITS = BitswapLimits.standard();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static BitswapLimits retrying(Duration retry) {
    return new BitswapLimits(
        LIMITS.wants(),
        LIMITS.outstanding(),
        LIMITS.message(),
        LIMITS.workers(),
        LIMITS.delivery(),
        LIMITS.send(),
        retry);
  }

  private static byte[] random(int size) {
    byte[] data = new byte[size];
    Hosts.RANDOM.nextBytes(data);
    return data;
  }

  /** A peer whose answers to wants the test writes. */
  private static Host scripted(Script script) throws IOException {
    Host host = Hosts.start();
    host.handle(
        Bitswap.V120,
        stream -> {
          try (Stream back = stream.connection().open(Bitswap.V120)) {
            while (true) {
              Message asked = Message.decode(Uvarint.readDelimited(stream.in(), 4 << 20));
              for (Message.Want want : asked.wants()) {
                Optional<Message> answer = want.cancel() ? Optional.empty() : script.answer(want);
                if (answer.isPresent()) {
                  back.out().write(Uvarint.delimited(answer.get().encode()));
                }
              }
            }
          } catch (EOFException end) {
            // In good order.
          }
        });
    return host;
  }

  private interface Script {
    Optional<Message> answer(Message.Want want) throws IOException;
  }

  private static Message presence(Cid cid, boolean have) {
    return new Message(false, List.of(), List.of(), List.of(new Message.Presence(cid, have)));
  }

  private static void connect(Host from, Host... to) throws IOException {
    for (Host each : to) {
      from.connect(each.peerId(), each.addresses().getFirst());
    }
  }

  @Test
  void peersThatHaveAllOfItShareTheWork() throws Exception {
    Blocks blocks = new Blocks();
    List<Cid> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(blocks.add(0x55, random(2_000)));
    }
    List<AtomicInteger> served = new ArrayList<>();
    List<Host> hosts = new ArrayList<>();
    List<Bitswap> servers = new ArrayList<>();
    try (Host a = Hosts.start();
        Bitswap here = new Bitswap(a, BlockSource.EMPTY, LIMITS);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 3; i++) {
        AtomicInteger count = new AtomicInteger();
        BlockSource counting =
            new BlockSource() {
              @Override
              public Optional<byte[]> block(Cid cid, PeerId peer) {
                count.incrementAndGet();
                return blocks.block(cid, peer);
              }

              @Override
              public boolean has(Cid cid, PeerId peer) {
                return true;
              }
            };
        Host host = Hosts.start();
        served.add(count);
        hosts.add(host);
        servers.add(new Bitswap(host, counting, LIMITS));
        connect(a, host);
      }
      try (Session session = here.session(hosts.stream().map(Host::peerId).toList())) {
        List<Future<byte[]>> running = new ArrayList<>();
        for (Cid cid : all) {
          running.add(threads.submit(() -> session.fetch(cid, PATIENCE)));
        }
        for (int i = 0; i < all.size(); i++) {
          assertTrue(all.get(i).verifies(running.get(i).get(30, TimeUnit.SECONDS)));
        }
      }
      int sum = 0;
      for (AtomicInteger count : served) {
        assertTrue(count.get() >= 60, "one peer gave only " + count.get() + " of 300 blocks");
        sum += count.get();
      }
      assertTrue(sum <= 330, "asked for " + sum + " blocks where 300 were wanted");
    } finally {
      servers.forEach(Bitswap::close);
      hosts.forEach(Host::close);
    }
  }

  @Test
  void aPeerThatSaysItHasABlockAndIsSilentIsPassedOver() throws Exception {
    Blocks blocks = new Blocks();
    Cid cid = blocks.add(0x55, random(1_000));
    try (Host a = Hosts.start();
        Host silent = scripted(want -> Optional.of(presence(want.cid(), true)));
        Host b = Hosts.start();
        Bitswap here = new Bitswap(a, BlockSource.EMPTY, retrying(Duration.ofMillis(200)));
        Bitswap there = new Bitswap(b, blocks, LIMITS);
        Session session = here.session(List.of(silent.peerId(), b.peerId()))) {
      connect(a, silent, b);
      assertTrue(cid.verifies(session.fetch(cid, PATIENCE)));
    }
  }

  @Test
  void aPeerThatSendsOtherBytesIsNotBelieved() throws Exception {
    byte[] data = random(1_000);
    Blocks blocks = new Blocks();
    Cid cid = blocks.add(0x55, data);
    Script lie =
        want ->
            Optional.of(
                new Message(
                    false,
                    List.of(),
                    List.of(new Message.Block(want.cid(), random(1_000))),
                    List.of(new Message.Presence(want.cid(), false))));
    try (Host a = Hosts.start();
        Host liar = scripted(lie);
        Host b = Hosts.start();
        Bitswap here = new Bitswap(a, BlockSource.EMPTY, LIMITS);
        Bitswap there = new Bitswap(b, blocks, LIMITS);
        Session session = here.session(List.of(liar.peerId(), b.peerId()));
        Session alone = here.session(List.of(liar.peerId()))) {
      connect(a, liar, b);
      assertArrayEquals(data, session.fetch(cid, PATIENCE));
      Libp2pException why = assertThrows(Libp2pException.class, () -> alone.fetch(cid, PATIENCE));
      assertEquals(Reason.NOT_FOUND, why.reason());
    }
  }

  @Test
  void whatWasAskedOfAPeerThatWentAwayIsAskedOfAnotherAtOnce() throws Exception {
    Blocks blocks = new Blocks();
    Cid cid = blocks.add(0x55, random(1_000));
    CountDownLatch asked = new CountDownLatch(1);
    Script silent =
        want -> {
          if (!want.haveOnly()) {
            asked.countDown();
          }
          return Optional.empty();
        };
    try (Host a = Hosts.start();
        Host b = Hosts.start();
        Bitswap here = new Bitswap(a, BlockSource.EMPTY, retrying(Duration.ofMinutes(5)));
        Bitswap there = new Bitswap(b, blocks, LIMITS);
        Host leaving = scripted(silent);
        Session session = here.session(List.of(leaving.peerId(), b.peerId()));
        Session alone = here.session(List.of(leaving.peerId()))) {
      connect(a, leaving, b);
      CompletableFuture<byte[]> both = new CompletableFuture<>();
      CompletableFuture<Reason> only = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try {
              both.complete(session.fetch(cid, Duration.ofMinutes(5)));
            } catch (IOException e) {
              both.completeExceptionally(e);
            }
          });
      Thread.startVirtualThread(
          () -> {
            try {
              alone.fetch(cid, Duration.ofMinutes(5));
            } catch (Libp2pException e) {
              only.complete(e.reason());
            } catch (IOException e) {
              only.completeExceptionally(e);
            }
          });
      assertTrue(asked.await(10, TimeUnit.SECONDS));
      leaving.close();
      assertTrue(cid.verifies(both.get(10, TimeUnit.SECONDS)));
      assertEquals(Reason.NOT_FOUND, only.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void aBlockThatNobodyAnswersForEndsInTime() throws Exception {
    Cid cid = Cid.of(0x55, random(10));
    try (Host a = Hosts.start();
        Host silent = scripted(want -> Optional.empty());
        Bitswap here = new Bitswap(a, BlockSource.EMPTY, retrying(Duration.ofMillis(50)));
        Session session = here.session(List.of(silent.peerId()))) {
      connect(a, silent);
      Libp2pException why =
          assertThrows(Libp2pException.class, () -> session.fetch(cid, Duration.ofMillis(400)));
      assertEquals(Reason.TIMEOUT, why.reason());
    }
  }

  @Test
  void aPeerThatCannotBeReachedCountsAsOneThatHasNothing() throws Exception {
    Blocks blocks = new Blocks();
    Cid cid = blocks.add(0x55, random(100));
    try (Host a = Hosts.start();
        Host b = Hosts.start();
        Host never = Hosts.start();
        Bitswap here = new Bitswap(a, BlockSource.EMPTY, LIMITS);
        Bitswap there = new Bitswap(b, blocks, LIMITS);
        Session session = here.session(List.of(never.peerId(), b.peerId()));
        Session alone = here.session(List.of(never.peerId()))) {
      connect(a, b);
      assertTrue(cid.verifies(session.fetch(cid, PATIENCE)));
      assertEquals(
          Reason.NOT_FOUND,
          assertThrows(Libp2pException.class, () -> alone.fetch(cid, PATIENCE)).reason());
    }
  }
}
