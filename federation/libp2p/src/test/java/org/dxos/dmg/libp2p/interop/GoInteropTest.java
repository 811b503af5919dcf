package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.dxos.dmg.libp2p.bitswap.Bitswap;
import org.dxos.dmg.libp2p.bitswap.BitswapLimits;
import org.dxos.dmg.libp2p.bitswap.Cid;
import org.dxos.dmg.libp2p.bitswap.Session;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.peer.KeyType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against go-libp2p and boxo's bitswap, where Go is installed and its modules can be had. */
class GoInteropTest {

  private static Path program = Path.of("");

  @BeforeAll
  static void install() throws Exception {
    program = Installed.go();
  }

  static ForeignPeer peer(String key) throws Exception {
    return new ForeignPeer(List.of(program.toString(), key), program.toAbsolutePath().getParent());
  }

  @Test
  void pingIdentifyPushAndEchoWorkWhenWeDial() throws Exception {
    try (Host host = Hosts.start();
        ForeignPeer go = peer("ed25519")) {
      Interop.weDial(host, go, "dmg-interop-go");
      Interop.weEcho(host, go, 200, 10_000);
      Interop.weEcho(host, go, 1, 4_000_000);
      Interop.weAskAtOnce(host, go, true);
    }
  }

  @Test
  void pingIdentifyAndEchoWorkWhenTheyDial() throws Exception {
    try (Host host = Hosts.start();
        ForeignPeer go = peer("ed25519")) {
      Interop.theyDial(host, go);
      go.run("echo", host.peerId().toString(), "200", "10000");
      go.run("echo", host.peerId().toString(), "1", "4000000");
    }
  }

  @Test
  void peersWithOtherKeysAreVerified() throws Exception {
    for (String key : List.of("rsa", "secp256k1", "ecdsa")) {
      try (Host host = Hosts.start();
          ForeignPeer go = peer(key)) {
        KeyType type = host.connect(go.id(), go.address()).remoteKey().type();
        assertEquals(key, type.name().toLowerCase(java.util.Locale.ROOT));
        host.ping(go.id());
      }
    }
  }

  @Test
  void bitswapWorksInBothDirections() throws Exception {
    Blocks blocks = new Blocks();
    byte[] content = new byte[1 << 20];
    Hosts.RANDOM.nextBytes(content);
    Cid ours = blocks.add(0x55, content);
    try (Host host = Hosts.start();
        ForeignPeer go = peer("ed25519");
        Bitswap bitswap = new Bitswap(host, blocks, BitswapLimits.standard());
        Session session = bitswap.session(List.of(go.id()))) {
      host.connect(go.id(), go.address());
      Interop.fetch(session, go.run("put", "1000000"));
      assertEquals(
          HexFormat.of().formatHex(Interop.sha256(content)),
          ForeignPeer.field(go.run("get", HexFormat.of().formatHex(ours.toBytes())), "sha256"));
      Interop.absent(session);
    }
  }
}
