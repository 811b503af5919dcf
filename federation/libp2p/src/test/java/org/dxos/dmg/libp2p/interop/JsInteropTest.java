package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.peer.KeyType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against js-libp2p 3 and Helia, where Node is installed and its packages can be had. */
class JsInteropTest {

  private static Path folder = Path.of("");

  @BeforeAll
  static void install() throws Exception {
    folder = Installed.node();
  }

  static ForeignPeer peer(String key) throws Exception {
    return new ForeignPeer(
        List.of("node", "--require", "./older-node.cjs", "peer.mjs", key), folder);
  }

  @Test
  void pingIdentifyPushAndEchoWorkWhenWeDial() throws Exception {
    try (Host host = Hosts.start();
        ForeignPeer js = peer("ed25519")) {
      Interop.weDial(host, js, "dmg-interop-js");
      Interop.weEcho(host, js, 500, 10_000);
      Interop.weEcho(host, js, 1, 4_000_000);
    }
  }

  @Test
  void pingIdentifyAndEchoWorkWhenTheyDial() throws Exception {
    try (Host host = Hosts.start();
        ForeignPeer js = peer("ed25519")) {
      Interop.theyDial(host, js);
      js.run("echo", host.peerId().toString(), "500", "10000");
      js.run("echo", host.peerId().toString(), "1", "4000000");
    }
  }

  @Test
  void peersWithOtherKeysAreVerified() throws Exception {
    for (String key : List.of("rsa", "secp256k1", "ecdsa")) {
      try (Host host = Hosts.start();
          ForeignPeer js = peer(key)) {
        KeyType type = host.connect(js.id(), js.address()).remoteKey().type();
        assertEquals(key, type.name().toLowerCase(java.util.Locale.ROOT));
        host.ping(js.id());
      }
    }
  }
}
