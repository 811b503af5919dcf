package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerRecord;
import org.dxos.dmg.libp2p.wire.Uvarint;
import org.junit.jupiter.api.Test;

/** Many at once, at the worst moment. */
class StormTest {

  private static Connection connect(Host from, Host to) throws IOException {
    return from.connect(to.peerId(), to.addresses().getFirst());
  }

  @Test
  void aDialThatFailsDoesNotSpeakForAddressesThatItDidNotTry() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Host a =
            Hosts.start(
                config -> config.withTimes(Duration.ofMillis(1_500), Duration.ofMinutes(1)));
        Host b = Hosts.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Multiaddr nowhere = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + silent.getLocalPort());
      Future<Connection> hopeless = threads.submit(() -> a.connect(b.peerId(), nowhere));
      Socket held = silent.accept();
      // It shares the dial that goes on, and goes its own way when that has failed.
      Connection found = connect(a, b);
      assertEquals(b.peerId(), found.remote());
      // Who only knew the hopeless address fails, or finds the connection that is there by now.
      try {
        assertEquals(b.peerId(), hopeless.get(10, TimeUnit.SECONDS).remote());
      } catch (ExecutionException e) {
        assertTrue(e.getCause() instanceof Libp2pException, e::toString);
      }
      held.close();
    }
  }

  @Test
  void anotherAddressIsTriedAtOnceAfterAFailure() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      Multiaddr refused;
      try (ServerSocket gone = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
        refused = Multiaddr.parse("/ip4/127.0.0.1/tcp/" + gone.getLocalPort());
      }
      for (Reason reason : List.of(Reason.UNREACHABLE, Reason.DIAL_BACKOFF)) {
        assertEquals(
            reason,
            assertThrows(Libp2pException.class, () -> a.connect(b.peerId(), refused)).reason());
      }
      assertEquals(b.peerId(), connect(a, b).remote());
    }
  }

  @Test
  void twoHostsThatDialEachOtherWithoutEndAlwaysSpeak() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicBoolean over = new AtomicBoolean();
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Host from = i % 2 == 0 ? a : b;
        Host to = i % 2 == 0 ? b : a;
        boolean cuts = i < 2;
        all.add(
            threads.submit(
                () -> {
                  int spoke = 0;
                  Random random = new Random();
                  while (!over.get()) {
                    try {
                      Connection connection = connect(from, to);
                      if (cuts) {
                        connection.close(Duration.ZERO);
                        Thread.sleep(random.nextInt(20));
                      } else {
                        from.ping(to.peerId());
                        spoke++;
                      }
                    } catch (Libp2pException e) {
                      // Cut by those who cut; never something else than a reason.
                      assertFalse(e.reason() == Reason.PROTOCOL_VIOLATION, e::toString);
                      Thread.sleep(5);
                    }
                  }
                  return spoke;
                }));
      }
      Thread.sleep(3_000);
      over.set(true);
      int spoke = 0;
      for (Future<Integer> each : all) {
        spoke += each.get(30, TimeUnit.SECONDS);
      }
      assertTrue(spoke > 100, spoke + " pings");
      Hosts.await(
          "both speak",
          () -> {
            try {
              connect(a, b);
              return a.ping(b.peerId()).isPositive() && b.ping(a.peerId()).isPositive();
            } catch (Libp2pException e) {
              return false;
            }
          });
      for (Host each : List.of(a, b)) {
        each.connections().forEach(connection -> connection.close(Duration.ZERO));
      }
      Hosts.await("nothing is accounted for at a", () -> a.resources().snapshot().isEmpty());
      Hosts.await("nothing is accounted for at b", () -> b.resources().snapshot().isEmpty());
    }
  }

  @Test
  void aHostThatStopsWithinAStormLeavesNothingOpenAndTellsWhy() throws Exception {
    Random random = new Random(1);
    try (Host b = Hosts.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      b.handle("/throws/1", stream -> refusing());
      b.handle("/waits/1", stream -> stream.in().read());
      for (int round = 0; round < 30; round++) {
        Host a = Hosts.start();
        a.handle("/waits/1", stream -> stream.in().read());
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          String protocol = List.of(Hosts.ECHO, "/throws/1", "/waits/1").get(i % 3);
          boolean inward = i % 4 == 3;
          all.add(
              threads.submit(
                  () -> {
                    Host from = inward ? b : a;
                    Host to = inward ? a : b;
                    Multiaddr address = to.addresses().getFirst();
                    try {
                      while (true) {
                        from.connect(to.peerId(), address);
                        // Never closed, as a careless owner does.
                        Stream stream = from.open(to.peerId(), protocol);
                        stream.out().write(1);
                        stream.closeWrite();
                      }
                    } catch (Libp2pException e) {
                      return e.reason();
                    } catch (IOException e) {
                      return e;
                    }
                  }));
        }
        Thread.sleep(random.nextInt(30));
        long begun = System.nanoTime();
        a.close();
        assertTrue(System.nanoTime() - begun < 10_000_000_000L, "a close took over ten seconds");
        for (Future<?> each : all) {
          each.get(30, TimeUnit.SECONDS);
        }
        Libp2pException after =
            assertThrows(Libp2pException.class, () -> connect(a, b), "after the close");
        assertEquals(Reason.CLOSED, after.reason());
        assertEquals(List.of(), a.connections());
      }
      try {
        Hosts.await("nothing is accounted for", () -> b.resources().snapshot().isEmpty());
      } catch (AssertionError e) {
        throw new AssertionError(b.resources().snapshot() + " " + b.connections(), e);
      }
      assertEquals(List.of(), b.connections());
    }
  }

  private static void refusing() {
    throw new IllegalStateException("as a handler may");
  }

  @Test
  void aGaterOrHandlerThatBreaksEndsWhatItWasAskedForAlone() throws Exception {
    AtomicBoolean broken = new AtomicBoolean(true);
    ConnectionGater gater =
        new ConnectionGater() {
          @Override
          public boolean maySecure(org.dxos.dmg.libp2p.peer.PeerId peer, boolean inbound) {
            if (broken.get()) {
              throw new IllegalStateException("as a gater should not");
            }
            return true;
          }

          @Override
          public boolean mayAccept(java.net.InetSocketAddress from) {
            if (broken.get() && from.getPort() % 2 == 0) {
              throw new StackOverflowError("as a gater should not");
            }
            return true;
          }
        };
    try (Host b = Hosts.start(config -> config.withGater(gater))) {
      for (int i = 0; i < 20; i++) {
        try (Host a = Hosts.start()) {
          assertThrows(
              IOException.class,
              () -> {
                connect(a, b);
                a.ping(b.peerId());
              });
        }
      }
      broken.set(false);
      b.handle("/throws/1", stream -> refusing());
      try (Host a = Hosts.start()) {
        connect(a, b);
        for (int i = 0; i < 200; i++) {
          assertThrows(
              Libp2pException.class,
              () -> {
                try (Stream stream = a.open(b.peerId(), "/throws/1")) {
                  stream.deadline(Duration.ofSeconds(5));
                  stream.in().read();
                }
              });
        }
        assertTrue(a.ping(b.peerId()).isPositive());
      }
      Hosts.await("nothing is accounted for", () -> b.resources().snapshot().isEmpty());
    }
  }

  @Test
  void thousandsThatCloseWithinTheHandshakeLeaveNothing() throws Exception {
    byte[] hello = Uvarint.delimited("/multistream/1.0.0\n".getBytes(StandardCharsets.UTF_8));
    byte[] noise = Uvarint.delimited("/noise\n".getBytes(StandardCharsets.UTF_8));
    byte[] key = new byte[34];
    Hosts.RANDOM.nextBytes(key);
    key[0] = 0;
    key[1] = 32;
    try (Host host = Hosts.start()) {
      connectOnce(host);
      long heap = Hosts.heap();
      for (int i = 0; i < 3_000; i++) {
        try (Socket socket = RawPeer.connect(host, i % 200)) {
          for (int step = 0; step < i % 4; step++) {
            socket.getOutputStream().write(List.of(hello, noise, key).get(step));
          }
          if (i % 5 == 0) {
            socket.setSoLinger(true, 0); // a reset rather than an end
          }
        } catch (IOException refused) {
          // Refused as too many at once; the next one tries again.
        }
        if (i % 1_000 == 999) {
          connectOnce(host);
        }
      }
      Hosts.await("nothing is accounted for", () -> host.resources().snapshot().isEmpty());
      long grown = Hosts.grown(heap, 4 << 20);
      assertTrue(grown <= 4 << 20, grown + " bytes of heap");
    }
  }

  private static void connectOnce(Host host) throws Exception {
    try (Host honest = Hosts.start()) {
      Hosts.await(
          "an honest one gets in",
          () -> {
            try {
              connect(honest, host);
              return honest.ping(host.peerId()).isPositive();
            } catch (Libp2pException e) {
              Thread.sleep(20);
              return false;
            }
          });
    }
  }

  @Test
  void aPushWithAnothersKeyOrRecordChangesNothing() throws Exception {
    try (Host host = Hosts.start();
        RawPeer peer = new RawPeer(host)) {
      peer.drain();
      Connection connection = peer.attacked();
      Identity other = Identity.generate(Hosts.RANDOM);
      List<Multiaddr> addresses = List.of(Multiaddr.parse("/ip4/9.9.9.9/tcp/9"));
      Identified said =
          new Identified(
              "somebody else",
              "ipfs/0.1.0",
              List.of(),
              addresses,
              Optional.empty(),
              Optional.of(new PeerRecord(other.peerId(), Long.MAX_VALUE, addresses)));
      byte[] message = Uvarint.delimited(IdentifyCodec.encode(other, said));
      for (int stream = 1; stream < 40; stream += 2) {
        peer.open(stream, "/ipfs/id/push/1.0.0");
        peer.head(0, 4, stream, message.length);
        peer.bytes(message);
      }
      connectOnce(host);
      assertFalse(
          connection.identified().isDone()
              && !connection.identified().isCompletedExceptionally()
              && connection.identified().join().agent().equals("somebody else"));
      assertEquals(List.of(), host.book().known(connection.remote()));
      assertEquals(List.of(), host.book().known(other.peerId()));
      assertEquals(Optional.empty(), connection.ended());
    }
  }

  @Test
  void onePeerFromManyAddressesAtOnceHasItsEightConnections() throws Exception {
    Identity identity = Identity.generate(Hosts.RANDOM);
    try (Host host = Hosts.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CountDownLatch go = new CountDownLatch(1);
      List<Future<RawPeer>> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        int machine = 300 + i;
        all.add(
            threads.submit(
                () -> {
                  go.await();
                  RawPeer peer = new RawPeer(host, RawPeer.connect(host, machine), identity);
                  peer.drain();
                  return peer;
                }));
      }
      go.countDown();
      List<RawPeer> peers = new ArrayList<>();
      for (Future<RawPeer> each : all) {
        try {
          peers.add(each.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException refused) {
          assertTrue(refused.getCause() instanceof IOException, refused::toString);
        }
      }
      Hosts.await("eight are taken", () -> host.connections().size() == 8);
      connectOnce(host);
      for (RawPeer each : peers) {
        each.close();
      }
      Hosts.await("nothing is accounted for", () -> host.resources().snapshot().isEmpty());
    }
  }
}
