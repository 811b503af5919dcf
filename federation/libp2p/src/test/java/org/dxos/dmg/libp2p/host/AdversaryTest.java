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
import java.util.Random;
import java.util.Set;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.yamux.YamuxLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Attacks on one connection; each is closed with its reason, and an honest peer notices nothing.
 */
class AdversaryTest {

  private static final int SYN = 1;
  private static final int RST = 8;

  private Host host;
  private Host honest;
  private Connection honestConnection;

  @BeforeEach
  void start() throws Exception {
    host =
        Hosts.start(
            config ->
                config.withLimits(
                    config.limits().withUpgrade(Duration.ofMillis(1_500)),
                    YamuxLimits.standard()
                        .withTimes(Duration.ofSeconds(30), Duration.ofSeconds(2))));
    honest = Hosts.start();
    honestConnection = honest.connect(host.peerId(), host.addresses().getFirst());
  }

  @AfterEach
  void honestPeersAreUndisturbed() throws Exception {
    assertTrue(honestConnection.ended().isEmpty(), "the honest connection was ended");
    assertTrue(honest.ping(host.peerId()).toMillis() < 1_000);
    honest.close();
    host.close();
  }

  private void attack(Reason expected, Attack attack) throws Exception {
    try (RawPeer peer = new RawPeer(host)) {
      attack.run(peer);
      assertEquals(expected, peer.ended().reason(), peer.ended().getMessage());
    }
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
    "0001000100000001ffffffff00010000000000010000ffff, PROTOCOL_VIOLATION" // window overflow
  })
  void framesAgainstTheProtocolCloseTheConnection(String frames, Reason reason) throws Exception {
    attack(reason, peer -> peer.bytes(HexFormat.of().parseHex(frames)));
  }

  @Test
  void dataBeyondTheWindowClosesTheConnectionBeforeItIsHeld() throws Exception {
    attack(
        Reason.WINDOW_VIOLATION,
        peer -> {
          peer.drain();
          byte[] lines =
              ("\u0013/multistream/1.0.0\n\u0010" + Hosts.ECHO + "\n")
                  .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
          peer.head(0, SYN, 1, lines.length);
          peer.bytes(lines);
          byte[] chunk = new byte[16_384];
          try {
            // Nobody negotiates on this stream, so the host reads a little and gives no more
            // credit.
            for (int i = 0; i < 4_096; i++) {
              peer.head(0, 0, 1, chunk.length);
              peer.bytes(chunk);
            }
          } catch (IOException closed) {
            // As it should be.
          }
        });
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
                  peer.head(1, SYN, 2 * i + 1, 0);
                }
              });
          assertTrue(peer.attacked().openStreams() <= 257, "too many streams were taken");
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
    assertTrue(System.nanoTime() - begun < 3_000_000_000L);
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

  @Test
  void aSlowDripInAnyStepOfTheHandshakeEndsAtTheDeadline() throws Exception {
    byte[] honestBytes =
        "\u0013/multistream/1.0.0\n\u0007/noise\n\u0000\u0060"
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    byte[] all = java.util.Arrays.copyOf(honestBytes, honestBytes.length + 96);
    // Nothing yet, within the header, between the lines, before Noise, within its first message.
    for (int sent : new int[] {0, 10, 20, 28, 35}) {
      long begun = System.nanoTime();
      try (Socket socket = RawPeer.connect(host)) {
        socket.getOutputStream().write(all, 0, sent);
        Thread drip = Thread.startVirtualThread(() -> drip(socket, all, sent));
        try {
          socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException reset) {
          // Closed with bytes unread: as good as an end.
        }
        drip.interrupt();
      }
      long took = (System.nanoTime() - begun) / 1_000_000;
      assertTrue(took > 1_300 && took < 3_000, "after " + sent + " bytes: " + took + " ms");
    }
  }

  private static void drip(Socket socket, byte[] bytes, int from) {
    try {
      for (int i = from; i < bytes.length && !Thread.currentThread().isInterrupted(); i++) {
        socket.getOutputStream().write(bytes[i]);
        java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
      }
    } catch (IOException over) {
      // The host broke off.
    }
  }

  @Test
  void twoHundredIdleConnectionsFitIntoSixtyFourMebibytes() throws Exception {
    List<RawPeer> idle = new ArrayList<>();
    try {
      long before = heap();
      for (int i = 0; i < 200; i++) {
        RawPeer peer = new RawPeer(host);
        peer.drain();
        idle.add(peer);
      }
      assertTrue(host.connections().size() >= 200);
      // Both ends are in this heap.
      assertTrue(heap() - before < 64 << 20, (heap() - before) + " bytes");
    } finally {
      for (RawPeer peer : idle) {
        peer.close();
      }
    }
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void aFloodOfHalfOpenConnectionsLeavesRoomForAnHonestOne() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        open.add(RawPeer.connect(host));
      }
      try (Host late = Hosts.start()) {
        long begun = System.nanoTime();
        Connection connection = null;
        while (connection == null) {
          try {
            connection = late.connect(host.peerId(), host.addresses().getFirst());
          } catch (IOException pendingFull) {
            assertTrue(
                System.nanoTime() - begun < 8_000_000_000L, "no honest connection came through");
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
          }
        }
        assertTrue(late.ping(host.peerId()).toNanos() > 0);
      }
      int pending =
          host.resources().snapshot().stream()
              .filter(scope -> scope.name().equals("transient inbound"))
              .mapToInt(scope -> scope.connections())
              .sum();
      assertTrue(pending <= 32, pending + " are pending");
    } finally {
      for (Socket socket : open) {
        socket.close();
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
