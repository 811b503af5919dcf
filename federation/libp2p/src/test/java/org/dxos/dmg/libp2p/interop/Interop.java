package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.bitswap.Cid;
import org.dxos.dmg.libp2p.bitswap.Session;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.host.Identified;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;

/** What has to hold with every other implementation, in both directions. */
final class Interop {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  private Interop() {}

  static void weDial(Host host, ForeignPeer foreign, String agent) throws Exception {
    host.connect(foreign.id(), foreign.address());
    Identified said =
        host.connection(foreign.id()).orElseThrow().identified().get(10, TimeUnit.SECONDS);
    assertTrue(said.agent().contains(agent), said.agent());
    assertTrue(said.protocols().contains("/ipfs/ping/1.0.0"), said.protocols().toString());
    assertEquals(foreign.id(), said.record().orElseThrow().peerId());
    for (int i = 0; i < 10; i++) {
      assertTrue(host.ping(foreign.id()).toNanos() > 0);
    }
    // A push from there reaches us.
    foreign.run("handle", "/pushed/by/them");
    await(
        () ->
            host.connection(foreign.id())
                .orElseThrow()
                .identified()
                .join()
                .protocols()
                .contains("/pushed/by/them"));
    // A push of ours arrives there.
    host.handle("/pushed/by/us", Stream::close);
    await(() -> foreign.run("identified", host.peerId().toString()).contains("/pushed/by/us"));
    PeerId wrong = Identity.generate(Hosts.RANDOM).peerId();
    Libp2pException refused =
        assertThrows(Libp2pException.class, () -> host.connect(wrong, foreign.address()));
    assertEquals(Reason.PEER_IDENTITY, refused.reason());
  }

  static void theyDial(Host host, ForeignPeer foreign) throws Exception {
    Multiaddr address = host.addresses().getFirst();
    String wrong = address.withPeer(Identity.generate(Hosts.RANDOM).peerId().toString()).toString();
    assertTrue(foreign.ask("dial", wrong).startsWith("{\"error\""), "a wrong peer id was taken");
    foreign.run("dial", address.withPeer(host.peerId().toString()).toString());
    await(() -> foreign.run("identified", host.peerId().toString()).contains("dmg-libp2p"));
    foreign.run("ping", host.peerId().toString(), "10");
    assertTrue(host.connection(foreign.id()).orElseThrow().inbound());
  }

  static void weEcho(Host host, ForeignPeer foreign, int streams, int bytes) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < streams; i++) {
        all.add(threads.submit(() -> echo(host, foreign.id(), bytes)));
      }
      for (Future<?> each : all) {
        each.get(60, TimeUnit.SECONDS);
      }
    }
    assertEquals(streams, all.size());
  }

  private static Void echo(Host host, PeerId peer, int bytes) throws Exception {
    byte[] sent = new byte[bytes];
    Hosts.RANDOM.nextBytes(sent);
    try (Stream stream = host.open(peer, Hosts.ECHO)) {
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  stream.out().write(sent);
                  stream.closeWrite();
                } catch (IOException e) {
                  stream.reset();
                }
              });
      byte[] got = stream.in().readAllBytes();
      writer.join();
      assertArrayEquals(sha256(sent), sha256(got));
    }
    return null;
  }

  /**
   * What is said goes out with the proposal.
   *
   * @param ends whether our direction ends with what is said, before the other end has agreed
   */
  static void weAskAtOnce(Host host, ForeignPeer foreign, boolean ends) throws Exception {
    host.open(foreign.id(), Hosts.ECHO).close(); // it speaks it
    for (int size : new int[] {1, 100, 16_384, 100_000}) {
      byte[] sent = new byte[size];
      Hosts.RANDOM.nextBytes(sent);
      try (Stream stream = host.connect(foreign.id()).presume(Hosts.ECHO)) {
        stream.deadline(PATIENCE);
        assertFalse(stream.agreed());
        if (ends) {
          stream.finish(sent, 0, size);
        } else {
          stream.out().write(sent);
        }
        assertArrayEquals(sent, stream.in().readNBytes(size));
        stream.closeWrite();
        assertEquals(-1, stream.in().read());
      }
    }
  }

  static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  static Cid cid(String answer) throws Exception {
    return Cid.decode(HexFormat.of().parseHex(ForeignPeer.field(answer, "cid")));
  }

  static void fetch(Session session, String answer) throws Exception {
    byte[] block = session.fetch(cid(answer), PATIENCE);
    assertTrue(cid(answer).verifies(block));
  }

  static void absent(Session session) {
    byte[] nowhere = new byte[40];
    Hosts.RANDOM.nextBytes(nowhere);
    Libp2pException why =
        assertThrows(
            Libp2pException.class,
            () -> session.fetch(Cid.of(0x55, nowhere), Duration.ofSeconds(15)));
    assertEquals(Reason.NOT_FOUND, why.reason(), why.getMessage());
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  /** Looks again, a little apart, for ten seconds: the other process gives no notice. */
  static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "still not so after ten seconds");
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }
}
