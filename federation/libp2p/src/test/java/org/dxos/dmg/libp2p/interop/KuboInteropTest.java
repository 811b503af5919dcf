package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.bitswap.Bitswap;
import org.dxos.dmg.libp2p.bitswap.BitswapLimits;
import org.dxos.dmg.libp2p.bitswap.BlockSource;
import org.dxos.dmg.libp2p.bitswap.Cid;
import org.dxos.dmg.libp2p.bitswap.Session;
import org.dxos.dmg.libp2p.host.Figures;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Hosts;
import org.dxos.dmg.libp2p.host.Identified;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.wire.Base58;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against kubo itself, built from the Go module proxy: only with {@code -Ddmg.kubo=true}, as
 * building it takes minutes and gigabytes the first time.
 */
@EnabledIfSystemProperty(
    named = "dmg.kubo",
    matches = "true",
    disabledReason = "kubo is built and talked to with -Ddmg.kubo=true only")
class KuboInteropTest {

  private static final int FILE = 20 << 20;

  private static Path program = Path.of("");

  @TempDir private Path folder;

  @BeforeAll
  static void install() throws Exception {
    program = Installed.kubo();
  }

  private static Cid cid(String hexadecimal) throws Exception {
    return Cid.decode(java.util.HexFormat.of().parseHex(hexadecimal.strip().substring(1)));
  }

  /** The id in hexadecimal, as both ends read and write it. */
  private static Cid cidOf(Kubo kubo, String text) throws Exception {
    return cid(kubo.run("cid", "format", "-b", "base16", text.strip()));
  }

  @Test
  void pingAndIdentifyWorkWhenWeDial() throws Exception {
    try (Host host = Hosts.start();
        Kubo kubo = new Kubo(program, folder)) {
      Identity wrong = Identity.generate(Hosts.RANDOM);
      Libp2pException refused =
          assertThrows(Libp2pException.class, () -> host.connect(wrong.peerId(), kubo.address()));
      assertEquals(Reason.PEER_IDENTITY, refused.reason());
      Identified said =
          host.connect(kubo.id(), kubo.address()).identified().get(10, TimeUnit.SECONDS);
      assertTrue(said.agent().startsWith("kubo/"), said.agent());
      assertTrue(said.protocols().contains("/ipfs/bitswap/1.2.0"), said.protocols().toString());
      assertEquals(kubo.id(), said.record().orElseThrow().peerId());
      List<Long> took = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        took.add(host.ping(kubo.id()).toNanos() / 1_000);
      }
      Figures.note("10 pings of " + said.agent(), took + " µs");
      kubo.run("ping", "-n", "10", host.peerId().toString());
    }
  }

  @Test
  void pingAndIdentifyWorkWhenTheyDial() throws Exception {
    try (Host host = Hosts.start();
        Kubo kubo = new Kubo(program, folder)) {
      Multiaddr address = host.addresses().getFirst();
      Identity wrong = Identity.generate(Hosts.RANDOM);
      kubo.refuse("swarm", "connect", address.withPeer(wrong.peerId().toString()).toString());
      kubo.run("swarm", "connect", address.withPeer(host.peerId().toString()).toString());
      assertTrue(host.connection(kubo.id()).orElseThrow().inbound());
      kubo.run("ping", "-n", "10", host.peerId().toString());
      Interop.await(
          () -> kubo.run("swarm", "peers", "--identify", "--enc=json").contains("dmg-libp2p"));
      host.handle("/told/by/a/push", stream -> stream.close());
      Interop.await(
          () -> kubo.run("swarm", "peers", "--identify", "--enc=json").contains("/told/by/a/push"));
    }
  }

  @Test
  void bitswapFetchesRawAndDagCborAndAFileOfTwentyMebibytes() throws Exception {
    byte[] content = new byte[FILE];
    Hosts.RANDOM.nextBytes(content);
    Path file = Files.write(folder.resolve("content"), content);
    Path small = Files.write(folder.resolve("small"), new byte[] {1, 2, 3});
    Path json = Files.writeString(folder.resolve("node.json"), "{\"a\":1}");
    try (Host host = Hosts.start();
        Kubo kubo = new Kubo(program, folder);
        Bitswap bitswap = new Bitswap(host, BlockSource.EMPTY, BitswapLimits.standard());
        Session session = bitswap.session(List.of(kubo.id()))) {
      host.connect(kubo.id(), kubo.address());
      Cid raw = cidOf(kubo, kubo.run("block", "put", "--cid-codec=raw", small.toString()));
      assertArrayEquals(new byte[] {1, 2, 3}, session.fetch(raw, Interop.PATIENCE));
      Cid cbor = cidOf(kubo, kubo.run("dag", "put", json.toString()));
      assertArrayEquals(
          new byte[] {(byte) 0xa1, 0x61, 0x61, 0x01}, session.fetch(cbor, Interop.PATIENCE));
      Cid first = cidOf(kubo, kubo.run("add", "-Q", "--cid-version=1", file.toString()));
      long begun = System.nanoTime();
      assertArrayEquals(content, org.dxos.dmg.libp2p.interop.Files.read(session, first));
      note("from kubo", begun);
      // Version 0: dag-pb leaves under ids that are bare hashes.
      String zero = kubo.run("add", "-Q", "--cid-version=0", file.toString()).strip();
      Cid old = Cid.decode(Base58.decode(zero));
      assertArrayEquals(content, org.dxos.dmg.libp2p.interop.Files.read(session, old));
      Interop.absent(session);
    }
  }

  @Test
  void bitswapServesRawAndDagCborAndAFileOfTwentyMebibytes() throws Exception {
    Blocks blocks = new Blocks();
    byte[] content = new byte[FILE];
    Hosts.RANDOM.nextBytes(content);
    Cid raw = blocks.add(0x55, new byte[] {1, 2, 3});
    Cid cbor = blocks.add(0x71, new byte[] {(byte) 0xa1, 0x61, 0x61, 0x01});
    Cid file = org.dxos.dmg.libp2p.interop.Files.write(blocks, content);
    try (Host host = Hosts.start();
        Kubo kubo = new Kubo(program, folder);
        Bitswap bitswap = new Bitswap(host, blocks, BitswapLimits.standard())) {
      Multiaddr address = host.addresses().getFirst();
      kubo.run("swarm", "connect", address.withPeer(host.peerId().toString()).toString());
      assertArrayEquals(new byte[] {1, 2, 3}, kubo.runForBytes("block", "get", raw.toString()));
      assertEquals("{\"a\":1}", kubo.run("dag", "get", cbor.toString()).strip());
      long begun = System.nanoTime();
      assertArrayEquals(content, kubo.runForBytes("cat", file.toString()));
      note("to kubo", begun);
      byte[] nowhere = new byte[40];
      Hosts.RANDOM.nextBytes(nowhere);
      String absent = Cid.of(0x55, nowhere).toString();
      assertFalse(kubo.refuse("block", "get", "--timeout=2s", absent).isBlank());
    }
  }

  private static void note(String where, long begun) throws Exception {
    long took = (System.nanoTime() - begun) / 1_000_000;
    Figures.note("a file of 20 MiB " + where, took + " ms");
  }
}
