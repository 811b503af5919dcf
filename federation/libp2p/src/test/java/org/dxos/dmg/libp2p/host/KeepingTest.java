package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** How connections begin, are kept and end, by a clock that the test puts forward. */
class KeepingTest {

  private final SteeredClock clock = new SteeredClock();

  private static Connection connect(Host from, Host to) throws Exception {
    return from.connect(to.peerId(), to.addresses().getFirst());
  }

  private static Reason reason(Executable call) {
    return assertThrows(Libp2pException.class, call).reason();
  }

  @Test
  void anIdleConnectionIsClosedAndOneToAReservedPeerIsKept() throws Exception {
    try (Host stranger = Hosts.start();
        Host friend = Hosts.start();
        Host host = Hosts.start(Hosts.config(clock).withReserved(Set.of(friend.peerId())))) {
      Connection idle = connect(host, stranger);
      Connection kept = connect(host, friend);
      idle.identified().get(5, TimeUnit.SECONDS);
      kept.identified().get(5, TimeUnit.SECONDS);
      Hosts.await("identify is over", () -> idle.openStreams() + kept.openStreams() == 0);
      clock.forward(Duration.ofMinutes(11));
      Hosts.await("the idle connection ends", () -> idle.ended().isPresent());
      assertEquals(Reason.CLOSED, idle.ended().orElseThrow().reason());
      assertTrue(kept.ended().isEmpty());
      assertTrue(host.ping(friend.peerId()).toNanos() > 0);
    }
  }

  @Test
  void aSilentConnectionIsPingedAndEndsWhereNoAnswerComes() throws Exception {
    try (Host host = Hosts.start(Hosts.config(clock));
        RawPeer peer = new RawPeer(host)) {
      answerPing(peer); // the first measure of the round trip
      clock.forward(Duration.ofSeconds(31));
      answerPing(peer);
      assertTrue(peer.attacked().ended().isEmpty());
      clock.forward(Duration.ofSeconds(31));
      nextPing(peer.in());
      clock.forward(Duration.ofSeconds(31));
      assertEquals(Reason.STALLED, peer.ended().reason());
    }
  }

  private static void answerPing(RawPeer peer) throws Exception {
    peer.head(2, 2, 0, nextPing(peer.in()));
    Hosts.await("the answer is seen", () -> peer.attacked().roundTrip().toNanos() > 0);
  }

  private static int nextPing(InputStream in) throws Exception {
    while (true) {
      ByteBuffer head = ByteBuffer.wrap(in.readNBytes(12));
      if (head.get(1) == 2 && head.getShort(2) == 1) {
        return head.getInt(8);
      }
      if (head.get(1) == 0) {
        in.skipNBytes(head.getInt(8));
      }
    }
  }

  @Test
  void aPeerThatCannotBeReachedIsTriedAgainLaterAndLater() throws Exception {
    try (Host there = Hosts.start();
        Host host = Hosts.start(Hosts.config(clock))) {
      PeerId peer = there.peerId();
      Multiaddr nowhere = nowhere();
      assertEquals(Reason.UNREACHABLE, reason(() -> host.connect(peer, nowhere)));
      assertEquals(Reason.DIAL_BACKOFF, reason(() -> host.connect(peer, nowhere)));
      clock.forward(Duration.ofMillis(1_000));
      assertEquals(Reason.UNREACHABLE, reason(() -> host.connect(peer, nowhere)));
      clock.forward(Duration.ofMillis(900)); // it is at least a second now
      assertEquals(Reason.DIAL_BACKOFF, reason(() -> host.connect(peer, nowhere)));
      clock.forward(Duration.ofMillis(1_100));
      host.connect(peer, there.addresses().getFirst()).close(Duration.ofSeconds(1));
      // What worked is forgiven: the first wait is the short one again.
      assertEquals(Reason.UNREACHABLE, reason(() -> host.connect(peer, nowhere)));
      clock.forward(Duration.ofMillis(1_000));
      assertEquals(Reason.UNREACHABLE, reason(() -> host.connect(peer, nowhere)));
    }
  }

  @Test
  void whoDialsUsIsNoLongerHeldUnreachable() throws Exception {
    try (Host there = Hosts.start();
        Host host = Hosts.start(Hosts.config(clock))) {
      assertEquals(Reason.UNREACHABLE, reason(() -> host.connect(there.peerId(), nowhere())));
      Connection theirs = connect(there, host);
      theirs.identified().get(5, TimeUnit.SECONDS);
      theirs.close(Duration.ofSeconds(1));
      Hosts.await("it is gone here too", () -> host.connections().isEmpty());
      assertTrue(connect(host, there).ended().isEmpty());
    }
  }

  private static Multiaddr nowhere() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + taken.getLocalPort());
    }
  }

  @Test
  void peersThatDialEachOtherAtOnceSpeakOverOneConnection() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (Host a = Hosts.start();
          Host b = Hosts.start()) {
        CyclicBarrier together = new CyclicBarrier(2);
        CompletableFuture<Connection> one = dial(together, a, b);
        CompletableFuture<Connection> two = dial(together, b, a);
        one.get(10, TimeUnit.SECONDS).identified().get(10, TimeUnit.SECONDS);
        two.get(10, TimeUnit.SECONDS).identified().get(10, TimeUnit.SECONDS);
        Hosts.await(
            "both know the same connections",
            () -> a.connections().size() == b.connections().size());
        Connection atA = a.connection(b.peerId()).orElseThrow();
        Connection atB = b.connection(a.peerId()).orElseThrow();
        assertEquals(atA.inbound(), !atB.inbound(), "each prefers another one");
        assertTrue(a.ping(b.peerId()).toNanos() > 0 && b.ping(a.peerId()).toNanos() > 0);
      }
    }
  }

  private static CompletableFuture<Connection> dial(CyclicBarrier together, Host from, Host to) {
    CompletableFuture<Connection> dialled = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            together.await(5, TimeUnit.SECONDS);
            dialled.complete(connect(from, to));
          } catch (Exception e) {
            dialled.completeExceptionally(e);
          }
        });
    return dialled;
  }

  @Test
  void anUpgradeEndsWhenTheClockSaysSo() throws Exception {
    try (Host host = Hosts.start(Hosts.config(clock));
        Socket silent = RawPeer.connect(host);
        ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Hosts.await("it is taken up", () -> host.resources().pendingInbound() == 1);
      PeerId peer = Identity.generate(Hosts.RANDOM).peerId();
      CompletableFuture<Reason> dialled = new CompletableFuture<>();
      Thread.startVirtualThread(
          () ->
              dialled.complete(
                  reason(
                      () ->
                          host.connect(
                              peer,
                              Multiaddr.parse("/ip4/127.0.0.1/tcp/" + mute.getLocalPort())))));
      try (Socket taken = mute.accept()) {
        assertTrue(taken.getInputStream().read() >= 0, "it has begun to speak");
        clock.forward(Duration.ofSeconds(16));
        assertEquals(Reason.TIMEOUT, dialled.get(5, TimeUnit.SECONDS));
        assertEquals(-1, silent.getInputStream().read());
      }
      Hosts.await("nothing is left", () -> host.resources().snapshot().isEmpty());
    }
  }

  @Test
  void aPeerOfManyAddressesWhereNobodyAnswersIsGivenUp() throws Exception {
    try (Host host = Hosts.start(Hosts.config(clock));
        ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      List<Socket> taken = new CopyOnWriteArrayList<>();
      Thread.startVirtualThread(
          () -> {
            try {
              while (true) {
                Socket socket = mute.accept();
                taken.add(socket);
                if (socket.getInputStream().read() >= 0) {
                  clock.forward(Duration.ofSeconds(16));
                }
              }
            } catch (IOException over) {
              // The test is.
            }
          });
      Multiaddr[] addresses = new Multiaddr[16];
      Arrays.fill(addresses, Multiaddr.parse("/ip4/127.0.0.1/tcp/" + mute.getLocalPort()));
      PeerId peer = Identity.generate(Hosts.RANDOM).peerId();
      assertEquals(Reason.TIMEOUT, reason(() -> host.connect(peer, addresses)));
      assertEquals(4, taken.size());
      for (Socket each : taken) {
        each.close();
      }
    }
  }

  @Test
  void aDeadlineOfAStreamPassesWhenTheClockSaysSo() throws Exception {
    try (Host a = Hosts.start(Hosts.config(clock));
        Host b = Hosts.start()) {
      connect(a, b);
      try (Stream stream = a.open(b.peerId(), Hosts.ECHO)) {
        stream.deadline(Duration.ofMinutes(1));
        stream.out().write(5);
        assertEquals(5, stream.in().read());
        CompletableFuture<Reason> read = new CompletableFuture<>();
        Thread.startVirtualThread(() -> read.complete(reason(() -> stream.in().read())));
        clock.forward(Duration.ofSeconds(61));
        assertEquals(Reason.TIMEOUT, read.get(5, TimeUnit.SECONDS));
        assertEquals(Reason.TIMEOUT, reason(() -> stream.out().write(6)));
        stream.noDeadline();
        stream.out().write(7);
        assertEquals(7, stream.in().read());
      }
    }
  }
}
