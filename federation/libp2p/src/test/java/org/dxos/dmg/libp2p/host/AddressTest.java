package org.dxos.dmg.libp2p.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses are listened on, told, and dialled. */
class AddressTest {

  private static Multiaddr at(String place, Host host) throws Exception {
    return Multiaddr.parse(place + "/tcp/" + host.sockets().getFirst().getPort());
  }

  @Test
  void ip6IsListenedOnAndDialled() throws Exception {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      assertTrue(probe.isBound());
    } catch (IOException none) {
      assumeTrue(false, "this machine has no IPv6");
    }
    Multiaddr inside = Multiaddr.parse("/ip6/::1/tcp/0");
    try (Host b = Hosts.start(config -> config.listening(inside));
        Host a = Hosts.start()) {
      assertEquals(at("/ip6/::1", b), b.addresses().getFirst());
      Connection connection = a.connect(b.peerId(), at("/ip6/::1", b));
      assertTrue(a.ping(b.peerId()).toNanos() > 0);
      Multiaddr seen = connection.identified().get(5, TimeUnit.SECONDS).observed().orElseThrow();
      assertTrue(seen.toString().startsWith("/ip6/::1/tcp/"), seen.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dns/localhost", "/dns4/localhost"})
  void namesAreResolvedAndDialled(String place) throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      a.connect(b.peerId(), at(place, b));
      assertTrue(a.ping(b.peerId()).toNanos() > 0);
    }
  }

  @Test
  void dns6DialsIp6AddressesOnly() throws Exception {
    try (Host a = Hosts.start();
        Host b = Hosts.start()) {
      // It listens on 127.0.0.1 alone, so whatever `localhost` has of IPv6 leads nowhere.
      Libp2pException why =
          assertThrows(
              Libp2pException.class, () -> a.connect(b.peerId(), at("/dns6/localhost", b)));
      assertEquals(Reason.UNREACHABLE, why.reason());
    }
  }

  @Test
  void theUnspecifiedAddressIsListenedOnAndNeverTold() throws Exception {
    Multiaddr everywhere = Multiaddr.parse("/ip4/0.0.0.0/tcp/0");
    try (Host b = Hosts.start(config -> config.listening(everywhere));
        Host a = Hosts.start()) {
      Connection connection = a.connect(b.peerId(), at("/ip4/127.0.0.1", b));
      assertEquals(List.of(), connection.identified().get(5, TimeUnit.SECONDS).addresses());
    }
    Multiaddr outside = Multiaddr.parse("/dns4/example.org/tcp/4001");
    try (Host b = Hosts.start(config -> config.announcing(outside));
        Host a = Hosts.start()) {
      Connection connection = a.connect(b.peerId(), at("/ip4/127.0.0.1", b));
      assertEquals(List.of(outside), connection.identified().get(5, TimeUnit.SECONDS).addresses());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::"
      })
  void whatLiesInsideIsNotPublic(String address) throws Exception {
    assertFalse(Reachable.isPublic(InetAddress.getByName(address)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111"})
  void whatLiesOutsideIsPublic(String address) throws Exception {
    assertTrue(Reachable.isPublic(InetAddress.getByName(address)));
  }

  @Test
  void aPeerCannotMakeUsDialInside() throws Exception {
    try (ServerSocket victim = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String port = "/tcp/" + victim.getLocalPort();
      List<Multiaddr> told =
          Arrays.asList(
              Multiaddr.parse("/ip4/127.0.0.1" + port),
              Multiaddr.parse("/dns/localhost" + port),
              Multiaddr.parse("/dns4/localhost" + port),
              Multiaddr.parse("/ip4/0.0.0.0" + port),
              Multiaddr.parse("/ip6/::1" + port));
      try (Host liar = Hosts.start(config -> config.announcing(told.toArray(Multiaddr[]::new)));
          Host a = Hosts.start()) {
        learn(a, liar);
        Libp2pException why = assertThrows(Libp2pException.class, () -> a.connect(liar.peerId()));
        assertEquals(Reason.UNREACHABLE, why.reason());
        victim.setSoTimeout(200);
        assertThrows(java.net.SocketTimeoutException.class, victim::accept);
      }
    }
  }

  @Test
  void inANetOfOnesOwnLearntAddressesAreDialled() throws Exception {
    try (Host a = Hosts.start(HostConfig::withDialPrivate);
        Host b = Hosts.start()) {
      learn(a, b);
      assertTrue(a.connect(b.peerId()).ended().isEmpty());
    }
  }

  private static void learn(Host host, Host from) throws Exception {
    Connection connection = host.connect(from.peerId(), at("/ip4/127.0.0.1", from));
    connection.identified().get(5, TimeUnit.SECONDS);
    connection.close(Duration.ofSeconds(1));
    Hosts.await("it is over", () -> host.connections().isEmpty());
  }
}
