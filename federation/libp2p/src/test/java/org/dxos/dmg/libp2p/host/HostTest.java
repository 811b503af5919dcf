package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.ScopeLimit;
import org.junit.jupiter.api.Test;

class HostTest {

  private static Connection connect(Host from, Host to) throws IOException {
    return from.connect(to.peerId(), to.addresses().getFirst());
  }

  private static Reason reason(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(Libp2pException.class, call).reason();
  }

  @Test
  void callersAtTheSameTimeShareOneConnection() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Connection>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(threads.submit(() -> connect(a, b)));
      }
      Set<Connection> distinct = new HashSet<>();
      for (Future<Connection> each : all) {
        distinct.add(each.get(10, TimeUnit.SECONDS));
      }
      assertEquals(1, distinct.size());
      assertSame(distinct.iterator().next(), a.connect(b.peerId()));
    }
  }

  @Test
  void nobodyDialsOneself() throws Exception {
    try (Host a = Hosts.start()) {
      assertEquals(Reason.PEER_IDENTITY, reason(() -> connect(a, a)));
    }
  }

  @Test
  void addressesLearntFromAPeerAreNotDialledWhereTheyArePrivate() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      Connection connection = connect(b, a);
      connection.identified().get(5, TimeUnit.SECONDS);
      a.connection(b.peerId()).orElseThrow().identified().get(5, TimeUnit.SECONDS);
      connection.close(Duration.ofSeconds(1));
      a.connection(b.peerId()).ifPresent(c -> c.end().join());
      assertEquals(Reason.UNREACHABLE, reason(() -> a.connect(b.peerId())));
    }
  }

  @Test
  void theGaterRefusesAtEveryPoint() throws Exception {
    ConnectionGater closed =
        new ConnectionGater() {
          @Override
          public boolean mayDial(PeerId peer, Multiaddr address) {
            return false;
          }

          @Override
          public boolean maySecure(PeerId peer, boolean inbound) {
            return !inbound;
          }
        };
    try (Host a = Hosts.start(config -> config.withGater(closed));
        Host b = Hosts.start()) {
      assertEquals(Reason.GATED, reason(() -> connect(a, b)));
      Connection refused = connect(b, a);
      assertEquals(Reason.REMOTE_CLOSED, refused.end().get(5, TimeUnit.SECONDS).reason());
      assertEquals(List.of(), a.connections());
    }
  }

  @Test
  void reservedPeersFindASlotWhereStrangersFindNone() throws Exception {
    try (Host friend = Hosts.start();
        Host stranger = Hosts.start();
        Host another = Hosts.start();
        Host host =
            Hosts.start(
                config ->
                    config
                        .withReserved(Set.of(friend.peerId()))
                        .withLimits(
                            config
                                .limits()
                                .withReserved(1)
                                .withScopes(
                                    new ScopeLimit(2, 100, 1 << 24),
                                    config.limits().peer(),
                                    config.limits().connection()),
                            config.yamux()))) {
      connect(stranger, host).identified().get(5, TimeUnit.SECONDS);
      assertEquals(
          Reason.REMOTE_CLOSED, connect(another, host).end().get(5, TimeUnit.SECONDS).reason());
      assertTrue(
          connect(friend, host).identified().get(5, TimeUnit.SECONDS).agent().contains("dmg"));
      // Another is the friend from now on.
      friend.connections().forEach(connection -> connection.close(Duration.ZERO));
      Hosts.await("it is gone", () -> host.connection(friend.peerId()).isEmpty());
      host.reserve(Set.of(another.peerId()));
      assertEquals(
          Reason.REMOTE_CLOSED, connect(friend, host).end().get(5, TimeUnit.SECONDS).reason());
      assertTrue(
          connect(another, host).identified().get(5, TimeUnit.SECONDS).agent().contains("dmg"));
    }
  }

  @Test
  void aProtocolThatIsNotSpokenIsSaidSo() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      connect(a, b);
      assertEquals(Reason.NOT_SUPPORTED, reason(() -> a.open(b.peerId(), "/nothing/1.0.0")));
    }
  }

  @Test
  void aDeadlineEndsAReadThatNobodyAnswers() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      connect(a, b);
      Stream stream = a.open(b.peerId(), Hosts.ECHO);
      stream.deadline(Duration.ofMillis(50));
      assertEquals(Reason.TIMEOUT, reason(() -> stream.in().read()));
      stream.reset();
      assertEquals(Reason.CLOSED, reason(() -> stream.out().write(1)));
    }
  }

  @Test
  void aGracefulCloseLetsOpenStreamsEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      byte[] answer = new byte[300_000];
      b.handle(
          "/slow/1",
          stream -> {
            begun.countDown();
            stream.in().readAllBytes();
            stream.out().write(answer);
            stream.closeWrite();
          });
      connect(a, b);
      Stream stream = a.open(b.peerId(), "/slow/1");
      stream.out().write(1);
      assertTrue(begun.await(5, TimeUnit.SECONDS));
      Connection there = b.connection(a.peerId()).orElseThrow();
      Thread closing = Thread.startVirtualThread(() -> there.close(Duration.ofSeconds(5)));
      stream.closeWrite();
      assertArrayEquals(answer, stream.in().readAllBytes());
      closing.join();
      assertEquals(Reason.CLOSED, there.ended().orElseThrow().reason());
    }
  }

  @Test
  void perfMovesWhatItIsAskedTo() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start(HostConfig::withPerf)) {
      connect(a, b);
      Perf.Result result = a.perf(b.peerId(), 3_000_000, 5_000_000);
      assertTrue(result.upload().toNanos() > 0 && result.download().toNanos() > 0);
    }
  }
}
