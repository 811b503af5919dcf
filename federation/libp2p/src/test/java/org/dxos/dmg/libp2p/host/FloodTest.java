package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.ResourceLimits;
import org.dxos.dmg.libp2p.yamux.YamuxLimits;
import org.junit.jupiter.api.Test;

/** Many attackers at once, from one machine and from hundreds. */
class FloodTest {

  private static final int SIZE = 32 << 20;

  /** The limits as they are without any configuration. */
  private static Host standard(Set<PeerId> reserved) throws Exception {
    HostConfig config = Hosts.config();
    return Hosts.start(
        config
            .withLimits(ResourceLimits.standard(), YamuxLimits.standard())
            .withReserved(reserved));
  }

  private static Connection connectWithin(long millis, Host from, Host to) throws Exception {
    long begun = System.nanoTime();
    while (true) {
      // A new peer each time, so that a refusal is not held against the address.
      try {
        Connection connection = from.connect(to.peerId(), to.addresses().getFirst());
        connection.identified().get(2, TimeUnit.SECONDS);
        return connection;
      } catch (IOException | java.util.concurrent.ExecutionException refused) {
        assertTrue(
            (System.nanoTime() - begun) / 1_000_000 < millis, "no honest connection came through");
        Thread.sleep(20);
      }
    }
  }

  @Test
  void fiveThousandHalfOpenConnectionsLeaveRoomForAnHonestOne() throws Exception {
    List<Socket> open = new ArrayList<>();
    try (Host host = standard(Set.of())) {
      long heap = Hosts.heap();
      // From six hundred machines, eight of each, so that it is not the limit per address that
      // holds.
      for (int i = 0; i < 5_000; i++) {
        open.add(RawPeer.connect(host, i % 600));
      }
      assertTrue(host.resources().pendingInbound() <= 32);
      long held = Hosts.heap() - heap;
      long begun = System.nanoTime();
      SteeredClock clock = new SteeredClock();
      try (Host honest = Hosts.start(Hosts.config(clock))) {
        Thread.sleep(1_000); // as long as a slow but honest handshake may take
        begun = System.nanoTime();
        connectForgiving(clock, honest, host);
        long took = (System.nanoTime() - begun) / 1_000_000;
        Figures.note(
            "5,000 half open, an honest dial took", took + " ms; heap " + held / 1_024 + " KiB");
        assertTrue(took < 2_000, took + " ms");
        // Nor do they take the place of what the host itself dials.
        assertTrue(host.connect(honest.peerId()).ended().isEmpty());
      }
      assertTrue(held < 16 << 20, held + " bytes are held");
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  /** Dials until it works; the wait between is put aside by the clock. */
  private static void connectForgiving(SteeredClock clock, Host from, Host to) throws Exception {
    Hosts.await(
        "an honest connection comes through",
        () -> {
          try {
            from.connect(to.peerId(), to.addresses().getFirst())
                .identified()
                .get(5, TimeUnit.SECONDS);
            return true;
          } catch (IOException | java.util.concurrent.ExecutionException refused) {
            clock.forward(Duration.ofMinutes(6));
            return false;
          }
        });
  }

  @Test
  void halfOpenConnectionsOfOneMachineHinderNobodyElse() throws Exception {
    List<Socket> open = new ArrayList<>();
    try (Host host = standard(Set.of());
        Host honest = Hosts.start()) {
      for (int i = 0; i < 500; i++) {
        open.add(RawPeer.connect(host, 1));
      }
      connectWithin(2_000, honest, host);
      assertTrue(host.resources().pendingInbound() <= 8);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void aThousandSybilsTakeNoPlaceOfPeersThatAreReserved() throws Exception {
    List<Host> friends = new ArrayList<>();
    List<RawPeer> sybils = new ArrayList<>();
    Set<PeerId> reserved = new HashSet<>();
    for (int i = 0; i < 8; i++) {
      Host friend = Hosts.start();
      friends.add(friend);
      reserved.add(friend.peerId());
    }
    try (Host host = standard(reserved)) {
      for (int i = 0; i < 1_000; i++) {
        try {
          RawPeer sybil = new RawPeer(host, RawPeer.connect(host, i / 8));
          sybil.drain();
          sybils.add(sybil);
        } catch (IOException refused) {
          // Before or after the handshake: either is right.
        }
      }
      Hosts.await("it is full", () -> host.connections().size() >= 240);
      assertEquals(240, host.connections().size());
      for (Host friend : friends) {
        connectWithin(2_000, friend, host);
        assertTrue(friend.ping(host.peerId()).toNanos() > 0);
      }
      assertEquals(248, host.connections().size());
    } finally {
      for (RawPeer sybil : sybils) {
        sybil.close();
      }
      friends.forEach(Host::close);
    }
  }

  @Test
  void oneMachineHasEightConnectionsAndOnePeerHasEight() throws Exception {
    List<RawPeer> all = new ArrayList<>();
    try (Host host = standard(Set.of())) {
      for (int i = 0; i < 12; i++) {
        try {
          RawPeer peer = new RawPeer(host, RawPeer.connect(host, 7));
          peer.drain();
          all.add(peer);
        } catch (IOException refused) {
          // From the ninth on.
        }
      }
      Hosts.await("eight are there", () -> host.connections().size() == 8);
      Identity one = Identity.generate(Hosts.RANDOM);
      for (int i = 0; i < 12; i++) {
        try {
          RawPeer peer = new RawPeer(host, RawPeer.connect(host, 100 + i), one);
          peer.drain();
          all.add(peer);
        } catch (IOException refused) {
          // From the ninth on.
        }
      }
      Hosts.await("eight more are there", () -> host.connections().size() == 16);
    } finally {
      for (RawPeer peer : all) {
        peer.close();
      }
    }
  }

  /** Ten thousand streams from five machines are more than the host has altogether. */
  @Test
  void whoTakesAllStreamsTakesNobodysFirstOnes() throws Exception {
    List<RawPeer> greedy = new ArrayList<>();
    try (Host host = standard(Set.of());
        Host early = Hosts.start();
        Host late = Hosts.start()) {
      host.handle("/deaf/1", stream -> stream.connection().end().join());
      connectWithin(2_000, early, host);
      for (int i = 0; i < 40; i++) {
        RawPeer peer = new RawPeer(host, RawPeer.connect(host, i / 8));
        peer.drain();
        greedy.add(peer);
        for (int j = 0; j < 256; j++) {
          peer.open(1 + 2 * j, i % 2 == 0 ? "/ipfs/ping/1.0.0" : "/deaf/1");
        }
      }
      Hosts.await(
          "all streams are taken",
          () ->
              host.resources().snapshot().stream()
                  .anyMatch(scope -> scope.name().equals("system") && scope.streams() >= 8_192));
      assertTrue(early.ping(host.peerId()).toNanos() > 0);
      assertTrue(host.ping(early.peerId()).toNanos() > 0);
      connectWithin(2_000, late, host);
      assertTrue(late.ping(host.peerId()).toNanos() > 0);
    } finally {
      for (RawPeer peer : greedy) {
        peer.close();
      }
    }
  }

  @Test
  void twoHundredStalledReadersHardlySlowAnother() throws Exception {
    List<RawPeer> stalled = new ArrayList<>();
    try (Host host =
            Hosts.start(config -> config.withLimits(config.limits(), YamuxLimits.standard()));
        Host honest = Hosts.start()) {
      byte[] chunk = new byte[65_507];
      host.handle(
          "/bundle/1",
          stream -> {
            for (int left = 500 << 20; left > 0; left -= chunk.length) {
              stream.out().write(chunk);
            }
          });
      host.handle(
          "/part/1",
          stream -> {
            for (int left = SIZE; left > 0; left -= chunk.length) {
              stream.out().write(chunk, 0, Math.min(left, chunk.length));
            }
            stream.closeWrite();
          });
      honest.connect(host.peerId(), host.addresses().getFirst());
      double before = best(honest, host);
      long heap = Hosts.heap();
      for (int i = 0; i < 200; i++) {
        RawPeer peer = new RawPeer(host);
        if (i % 2 == 0) {
          peer.drain(); // reads what comes, and gives no credit for it
        }
        peer.open(1, "/bundle/1");
        stalled.add(peer);
      }
      Hosts.await(
          "all of them are being written to",
          () ->
              host.resources().snapshot().stream()
                      .filter(scope -> scope.name().equals("protocol /bundle/1"))
                      .mapToInt(scope -> scope.streams())
                      .sum()
                  == 200);
      Thread.sleep(500); // until every writer waits
      double after = best(honest, host);
      long held = Hosts.heap() - heap;
      Figures.note(
          "200 stalled readers, another's download",
          String.format(
              "%.2f of what it was (%.0f MB/s); heap %d KiB", after / before, after, held / 1_024));
      assertTrue(after > 0.5 * before, after + " MB/s, before " + before);
      assertTrue(held < 64 << 20, held + " bytes");
    } finally {
      for (RawPeer peer : stalled) {
        peer.close();
      }
    }
  }

  /** The best of five downloads, in MB/s. */
  private static double best(Host from, Host to) throws Exception {
    double best = 0;
    byte[] buffer = new byte[65_536];
    for (int i = 0; i < 5; i++) {
      long begun = System.nanoTime();
      try (Stream stream = from.open(to.peerId(), "/part/1")) {
        InputStream in = stream.in();
        int got = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          got += n;
        }
        assertEquals(SIZE, got);
      }
      best = Math.max(best, SIZE / 1e6 / ((System.nanoTime() - begun) / 1e9));
    }
    return best;
  }
}
