package org.dxos.dmg.libp2p.multiaddr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.dxos.dmg.libp2p.Libp2pException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultiaddrTest {

  @ParameterizedTest
  @CsvSource({
    "/ip4/127.0.0.1/tcp/4001, 047f000001060fa1",
    "/ip6/::1/tcp/80, 2900000000000000000000000000000001060050",
    "/dns4/a.example/udp/443/quic-v1, 3609612e6578616d706c65910201bbcd03",
    "/ip4/1.2.3.4/tcp/3456/ws, 0401020304060d80dd03"
  })
  void textAndBytesAreTheSameAddress(String text, String hex) throws Exception {
    assertEquals(hex, HexFormat.of().formatHex(Multiaddr.parse(text).toBytes()));
    assertEquals(text, Multiaddr.decode(HexFormat.of().parseHex(hex)).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "ip4/1.2.3.4",
        "/ip4",
        "/ip4/1.2.3",
        "/ip4/256.0.0.1",
        "/ip4/01.2.3.4",
        "/tcp/65536",
        "/tcp/-1",
        "/ip6/example.org",
        "/nothing/1",
        "/dns/",
        "/p2p/0OIl",
        "/ip4/1.2.3.4/tcp"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThrows(Libp2pException.class, () -> Multiaddr.parse(text));
  }

  @Test
  void ipv6IsWrittenShort() throws Exception {
    assertEquals(
        "/ip6/2001:db8::1:0:0:1", Multiaddr.parse("/ip6/2001:0DB8:0:0:1:0:0:1").toString());
    assertEquals("/ip6/::", Multiaddr.parse("/ip6/0:0:0:0:0:0:0:0").toString());
    assertEquals("/ip6/1:2:3:4:5:6:7:0", Multiaddr.parse("/ip6/1:2:3:4:5:6:7:0").toString());
    assertEquals("/ip6/fe80::", Multiaddr.parse("/ip6/fe80::").toString());
  }

  @Test
  void aPeerIsPutAtTheEndAndTakenOff() throws Exception {
    Multiaddr place = Multiaddr.parse("/ip4/127.0.0.1/tcp/1");
    Multiaddr named = place.withPeer("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    assertEquals(place, named.withoutPeer());
    assertEquals(named, Multiaddr.decode(named.toBytes()));
    assertEquals(1, named.tcpPort().orElseThrow());
    assertTrue(Multiaddr.parse("/ip4/1.2.3.4/tcp/1/ws").tcpPort().isEmpty());
  }

  @Property(tries = 500)
  void anyBytesAreAnAddressThatWritesItselfOrAreRefused(@ForAll @Size(max = 60) byte[] bytes)
      throws Exception {
    Multiaddr read;
    try {
      read = Multiaddr.decode(bytes);
    } catch (Libp2pException refused) {
      return;
    }
    assertEquals(read, Multiaddr.parse(read.toString()));
  }
}
