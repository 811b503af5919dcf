package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.dxos.dmg.libp2p.noise.NoiseUpgrade;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.dxos.dmg.libp2p.yamux.YamuxLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks on one connection; each is closed with its reason, and an honest peer notices nothing.
 */
class AdversaryTest {

  private static final int SYN = 1;
  private static final int RST = 8;
  private static final long FLAT = 8 << 20;

  /** A protocol whose handler reads nothing. */
  private static final String DEAF = "/deaf/1";

  private Host host;
  private Host honest;
  private Connection honestConnection;

  private final List<Long> pings = new CopyOnWriteArrayList<>();
  private Thread pinger = Thread.currentThread();
  private long heap;

  @BeforeEach
  void start() throws Exception {
    host =
        Hosts.start(
            config ->
                config.withLimits(
                    config.limits().withUpgrade(Duration.ofMillis(1_500)),
                    YamuxLimits.standard()
                        .withTimes(Duration.ofSeconds(30), Duration.ofSeconds(2))));
    host.handle(DEAF, stream -> stream.connection().end().join());
    honest = Hosts.start();
    honestConnection = honest.connect(host.peerId(), host.addresses().getFirst());
    honest.ping(host.peerId());
    heap = Hosts.heap();
    pinger = Thread.startVirtualThread(this::pingUntilInterrupted);
    Hosts.await("the honest peer pings", () -> !pings.isEmpty());
  }

  private void pingUntilInterrupted() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        pings.add(honest.ping(host.peerId()).toMillis());
        Thread.sleep(10);
      }
    } catch (IOException | InterruptedException over) {
      // The test is over; what the pings found is looked at then.
    }
  }

  @AfterEach
  void honestPeersAreUndisturbedAndTheHeapIsFlat(TestInfo test) throws Exception {
    pinger.interrupt();
    pinger.join();
    assertTrue(honestConnection.ended().isEmpty(), "the honest connection was ended");
    assertTrue(honest.ping(host.peerId()).toMillis() < 1_000);
    List<Long> sorted = pings.stream().sorted().toList();
    long late = sorted.get((sorted.size() - 1) * 99 / 100);
    long grown = Hosts.grown(heap, FLAT);
    Figures.note(
        test.getDisplayName(),
        sorted.size() + " honest pings, p99 " + late + " ms; heap " + grown / 1_024 + " KiB");
    assertTrue(late < 1_000, "p99 of the honest pings is " + late + " ms");
    assertTrue(grown <= FLAT, grown + " bytes are left on the heap");
    honest.close();
    host.close();
  }

  private void attack(Reason expected, Attack attack) throws Exception {
    try (RawPeer peer = new RawPeer(host)) {
      attack.run(peer);
      assertEquals(expected, peer.ended().reason(), peer.ended().getMessage());
    }
  }

  /** What the attack holds while it goes on, both ends together. */
  private void assertHeld(long most) throws Exception {
    long held = Hosts.heap() - heap;
    assertTrue(held < most, held + " bytes are held, at most " + most);
  }

  private interface Attack {
    void run(RawPeer peer) throws Exception;
  }

  @ParameterizedTest
  @CsvSource({
    "010000010000000100000000, PROTOCOL_VIOLATION", // version
    "000700010000000100000000, PROTOCOL_VIOLATION", // type
    "000040000000000100000000, PROTOCOL_VIOLATION", // flags
    "000100010000000200000000, PROTOCOL_VIOLATION", // parity
    "000000000000000700000001, PROTOCOL_VIOLATION", // data for a stream never opened
    "000000010000000100040001, WINDOW_VIOLATION", // SYN with more than a window
    "0000000100000001ffffffff, WINDOW_VIOLATION", // a huge length
    "000100010000000100000000000100010000000100000000, PROTOCOL_VIOLATION", // SYN on a live id
    "0001000100000001ffffffff00010000000000010000ffff, PROTOCOL_VIOLATION", // window overflow
    "000100050000000100000000000000000000000100000001, PROTOCOL_VIOLATION", // data after the end
    "000000010000000000000000, PROTOCOL_VIOLATION", // data on stream 0
    "000200010000000100000000, PROTOCOL_VIOLATION", // a ping on a stream
    "000300000000000100000000, PROTOCOL_VIOLATION" // a go-away on a stream
  })
  void framesAgainstTheProtocolCloseTheConnection(String frames, Reason reason) throws Exception {
    attack(reason, peer -> peer.bytes(HexFormat.of().parseHex(frames)));
  }

  @ParameterizedTest
  @CsvSource({
    "000000000000000100000000", // data of no bytes
    "000100000000000100000000", // credit of no bytes
    "000200020000000000000099", // the answer to a ping that nobody sent
    "000300000000000000000000" // going away, again
  })
  void aMillionFramesThatMeanNothingDisturbNobody(String frame) throws Exception {
    try (RawPeer peer = new RawPeer(host)) {
      peer.drain();
      peer.open(1, DEAF);
      byte[] one = HexFormat.of().parseHex(frame);
      byte[] many = new byte[12 * 5_000];
      for (int i = 0; i < many.length; i++) {
        many[i] = one[i % 12];
      }
      for (int i = 0; i < 200; i++) {
        peer.bytes(many);
      }
      assertEquals(Optional.empty(), peer.attacked().ended());
    }
  }

  @Test
  void dataBeyondTheWindowClosesTheConnectionBeforeItIsHeld() throws Exception {
    attack(
        Reason.WINDOW_VIOLATION,
        peer -> {
          peer.drain();
          peer.open(1, DEAF);
          byte[] chunk = new byte[16_384];
          // 64 MiB, where the handler reads nothing and so gives no credit.
          sendQuietly(
              () -> {
                for (int i = 0; i < 4_096; i++) {
                  peer.head(0, 0, 1, chunk.length);
                  peer.bytes(chunk);
                  assertTrue(memory(peer) <= 1 << 20, memory(peer) + " bytes are held");
                }
              });
          assertHeld(FLAT);
        });
  }

  @Test
  void framesOfOneByteCostHardlyMoreThanTheirBytes() throws Exception {
    try (RawPeer peer = new RawPeer(host)) {
      peer.drain();
      // Nearly a window full on each of four streams, one byte a frame, many frames a write: kept
      // as they came, they would cost thirty mebibytes.
      for (int stream = 1; stream < 8; stream += 2) {
        peer.open(stream, DEAF);
        byte[] frames = new byte[13 * 4_096];
        for (int i = 0; i < 4_096; i++) {
          frames[13 * i + 7] = (byte) stream;
          frames[13 * i + 11] = 1;
        }
        for (int i = 0; i < 63; i++) {
          peer.bytes(frames);
        }
      }
      Hosts.await("all arrived", () -> memory(peer) >= 4 * 63 * 4_096);
      assertHeld(FLAT);
    }
  }

  @Test
  void whatAPeerMakesUsHoldIsBounded() throws Exception {
    try (RawPeer peer = new RawPeer(host)) {
      peer.drain();
      byte[] window = new byte[200_000];
      long most = host.config().limits().connection().memory();
      // As many streams as may be, each filled and none read: more than the connection may hold.
      for (int i = 0; i < 250; i++) {
        peer.open(2 * i + 1, DEAF);
      }
      sendQuietly(
          () -> {
            for (int round = 0; round < 2; round++) {
              for (int i = 0; i < 250; i++) {
                byte[] part = round == 0 ? window : new byte[60_000];
                peer.head(0, 0, 2 * i + 1, part.length);
                peer.bytes(part);
              }
            }
          });
      Hosts.await("it is full", () -> memory(peer) > most / 2);
      assertTrue(memory(peer) <= most, memory(peer) + " bytes are held");
      assertTrue(peer.attacked().ended().isEmpty() || memory(peer) == 0);
      assertHeld(most + (16 << 20));
    }
    Hosts.await(
        "nothing is held any more",
        () -> host.resources().snapshot().stream().allMatch(scope -> scope.memory() == 0));
  }

  private long memory(RawPeer peer) throws Exception {
    String scope = "peer " + peer.attacked().remote();
    return host.resources().snapshot().stream()
        .filter(one -> one.name().equals(scope))
        .mapToLong(one -> one.memory())
        .sum();
  }

  @Test
  void aFloodOfStreamsIsResetAndThenClosed() throws Exception {
    attack(
        Reason.FLOOD,
        peer -> {
          peer.drain();
          sendQuietly(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  peer.head(0, SYN, 2 * i + 1, 1);
                  peer.bytes(new byte[] {19});
                  assertTrue(peer.attacked().openStreams() <= 257, "too many streams are open");
                }
              });
          assertHeld(FLAT);
        });
  }

  @Test
  void streamsOpenedAndResetTooFastAreAFlood() throws Exception {
    attack(
        Reason.FLOOD,
        peer -> {
          peer.drain();
          sendQuietly(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  peer.head(1, SYN, 2 * i + 1, 0);
                  peer.head(1, RST, 2 * i + 1, 0);
                }
              });
        });
  }

  /** What costs us a signature, or its verification, and them a few bytes. */
  @ParameterizedTest
  @ValueSource(strings = {"/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0"})
  void aPeerThatIdentifiesWithoutEndIsNotServed(String protocol) throws Exception {
    try (RawPeer peer = new RawPeer(host)) {
      AtomicInteger resets = new AtomicInteger();
      peer.drain(frame -> resets.addAndGet((frame[3] & RST) != 0 ? 1 : 0));
      for (int i = 0; i < 300; i++) {
        peer.open(1 + 2 * i, protocol);
      }
      // A hundred at once are heard, and a few a second after those.
      Hosts.await("those beyond are reset", () -> resets.get() >= 150);
      assertEquals(Optional.empty(), peer.attacked().ended());
      honestConnection.open(protocol).close();
    }
  }

  @Test
  void pingsWithoutReadingAreAFlood() throws Exception {
    long begun = System.nanoTime();
    attack(
        Reason.FLOOD,
        peer ->
            sendQuietly(
                () -> {
                  for (int i = 0; i < 100_000; i++) {
                    peer.head(2, SYN, 0, i);
                  }
                }));
    long took = (System.nanoTime() - begun) / 1_000_000;
    Figures.note("100,000 pings unread, closed after", took + " ms");
    assertTrue(took < 3_000, took + " ms");
  }

  @Test
  void aPeerThatNeverAnswersAPingIsStalled() throws Exception {
    attack(Reason.STALLED, peer -> peer.head(1, SYN, 1, 0));
  }

  @Test
  void truncatedAndBitFlippedFramesNeverHangTheHost() throws Exception {
    Random random = new Random(7);
    byte[] good =
        HexFormat.of()
            .parseHex(
                "000100010000000100000000"
                    + "000000000000000100000003"
                    + "616263"
                    + "000200010000000000000005");
    for (int i = 0; i < 60; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      int length = 1 + random.nextInt(bad.length);
      RawPeer peer = new RawPeer(host);
      sendQuietly(() -> peer.bytes(java.util.Arrays.copyOf(bad, length)));
      peer.close();
      Reason reason = peer.ended().reason();
      assertTrue(
          Set.of(Reason.REMOTE_CLOSED, Reason.PROTOCOL_VIOLATION, Reason.WINDOW_VIOLATION)
              .contains(reason),
          peer.ended().getMessage());
    }
  }

  /** The write of the handshake, and the byte of it, from which on a byte comes now and then. */
  @Test
  void aSlowDripInAnyStepOfTheHandshakeEndsAtTheDeadline() throws Exception {
    int[][] steps = {
      {0, 0}, {0, 10}, {0, 21}, {1, 0}, {1, 1}, {1, 7}, {2, 0}, {2, 40}, {3, 0}, {3, 5}
    };
    List<Future<Long>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int[] step : steps) {
        all.add(threads.submit(() -> drip(step[0], step[1])));
      }
    }
    for (int i = 0; i < steps.length; i++) {
      long took = all.get(i).get();
      String where = "write " + steps[i][0] + ", byte " + steps[i][1] + ": " + took + " ms";
      assertTrue(took > 1_300 && took < 3_000, where);
    }
  }

  private long drip(int write, int from) throws Exception {
    long begun = System.nanoTime();
    try (Socket socket = RawPeer.connect(host)) {
      Duplex plain = new DrippingDuplex(new TcpDuplex(socket, new Traffic()), write, from);
      Multistream.propose(plain, List.of(NoiseUpgrade.PROTOCOL));
      // No muxer in the handshake, so that one is negotiated inside of it.
      NoiseUpgrade.Secured secured =
          new NoiseUpgrade(Identity.generate(Hosts.RANDOM), Hosts.RANDOM, List.of())
              .initiate(plain, Optional.of(host.peerId()));
      Multistream.propose(secured.channel(), List.of("/yamux/1.0.0"));
      throw new AssertionError("a connection came about, byte by byte");
    } catch (IOException over) {
      return (System.nanoTime() - begun) / 1_000_000;
    }
  }

  @Test
  void twoHundredIdleConnectionsFitIntoSixtyFourMebibytes() throws Exception {
    List<RawPeer> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        RawPeer peer = new RawPeer(host);
        peer.drain();
        idle.add(peer);
      }
      assertTrue(host.connections().size() >= 200);
      Hosts.await("identify is over", () -> host.connections().size() >= 200);
      long held = Hosts.heap() - heap;
      Figures.note("200 idle connections, both ends", held / 1_024 + " KiB");
      assertTrue(held < 64 << 20, held + " bytes");
    } finally {
      for (RawPeer peer : idle) {
        peer.close();
      }
    }
  }

  @Test
  void aReaderThatStopsStopsItsSenderAndNobodyElse() throws Exception {
    try (Stream stalled = honest.open(host.peerId(), Hosts.ECHO)) {
      Thread sender =
          Thread.startVirtualThread(
              () -> {
                try {
                  stalled.out().write(new byte[64 << 20]);
                } catch (IOException reset) {
                  // At the end of the test.
                }
              });
      for (int i = 0; i < 20; i++) {
        try (Stream other = honest.open(host.peerId(), Hosts.ECHO)) {
          byte[] sent = new byte[10_000];
          sent[0] = (byte) i;
          other.out().write(sent);
          other.closeWrite();
          assertArrayEquals(sent, other.in().readAllBytes());
        }
      }
      assertTrue(sender.isAlive(), "64 MiB went into a stream that nobody reads");
      stalled.reset();
      sender.join();
    }
  }

  private interface Sending {
    void run() throws Exception;
  }

  private static void sendQuietly(Sending sending) throws Exception {
    try {
      sending.run();
    } catch (IOException closed) {
      // The host broke off, as it should.
    }
  }
}
