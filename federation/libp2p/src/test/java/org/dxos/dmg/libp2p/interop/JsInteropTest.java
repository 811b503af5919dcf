package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.dxos.dmg.libp2p.bitswap.Bitswap;
import org.dxos.dmg.libp2p.bitswap.BitswapLimits;
import org.dxos.dmg.libp2p.bitswap.BlockSource;
import org.dxos.dmg.libp2p.bitswap.Cid;
import org.dxos.dmg.libp2p.bitswap.Session;
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
      // It loses an end that comes before it has agreed: that comes after.
      Interop.weAskAtOnce(host, js, false);
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
    for (String key : List.of("rsa", "secp256k1")) {
      try (Host host = Hosts.start();
          ForeignPeer js = peer(key)) {
        KeyType type = host.connect(js.id(), js.address()).remoteKey().type();
        assertEquals(key, type.name().toLowerCase(java.util.Locale.ROOT));
        host.ping(js.id());
      }
    }
  }

  @Test
  void bitswapFetchesRawAndDagCborAndAFileOfTwentyMebibytes() throws Exception {
    try (Host host = Hosts.start();
        ForeignPeer js = peer("ed25519");
        Bitswap bitswap = new Bitswap(host, BlockSource.EMPTY, BitswapLimits.standard())) {
      host.connect(js.id(), js.address());
      try (Session session = bitswap.session(List.of(js.id()))) {
        Interop.fetch(session, js.run("put", "100000"));
        Interop.fetch(session, js.run("putcbor", "hello"));
        String file = js.run("putfile", String.valueOf(20 << 20));
        assertEquals(
            ForeignPeer.field(file, "sha256"),
            HexFormat.of().formatHex(Interop.sha256(Files.read(session, Interop.cid(file)))));
        Interop.absent(session);
      }
    }
  }

  @Test
  void bitswapServesRawAndDagCborAndAFileOfTwentyMebibytes() throws Exception {
    Blocks blocks = new Blocks();
    byte[] content = new byte[20 << 20];
    Hosts.RANDOM.nextBytes(content);
    Cid raw = blocks.add(0x55, Arrays.copyOf(content, 200_000));
    Cid cbor = blocks.add(0x71, new byte[] {(byte) 0xa1, 0x61, 0x61, 0x01});
    Cid file = Files.write(blocks, content);
    try (Host host = Hosts.start();
        ForeignPeer js = peer("ed25519");
        Bitswap bitswap = new Bitswap(host, blocks, BitswapLimits.standard())) {
      js.run("dial", host.addresses().getFirst().withPeer(host.peerId().toString()).toString());
      assertEquals(
          HexFormat.of().formatHex(Interop.sha256(Arrays.copyOf(content, 200_000))),
          ForeignPeer.field(js.run("get", HexFormat.of().formatHex(raw.toBytes())), "sha256"));
      assertEquals(
          "{\"ok\":true,\"a\":1}", js.run("getcbor", HexFormat.of().formatHex(cbor.toBytes())));
      assertEquals(
          HexFormat.of().formatHex(Interop.sha256(content)),
          ForeignPeer.field(js.run("getfile", HexFormat.of().formatHex(file.toBytes())), "sha256"));
    }
  }
}
