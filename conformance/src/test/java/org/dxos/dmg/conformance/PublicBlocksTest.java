package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.bitswap.Bitswap;
import org.dxos.dmg.libp2p.bitswap.BitswapLimits;
import org.dxos.dmg.libp2p.bitswap.BlockSource;
import org.dxos.dmg.libp2p.bitswap.Session;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.replica.PublicBlocks;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemReader;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.unixfs.DagPb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node gives out of its store, and to whom: strangers by bitswap, the linked by sync. */
class PublicBlocksTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A node that listens on loopback. */
  private static final class Node implements AutoCloseable {
    private final Path home;
    private final LocalRegistry registry;
    private final Federation federation;
    private final Publisher publisher;

    private Node(Path home, boolean serveBlocks) throws IOException {
      this.home = Files.createDirectories(home);
      World world = World.real();
      this.registry = LocalRegistry.open(home, world);
      this.federation = registry.federate(List.of("/ip4/127.0.0.1/tcp/0"), serveBlocks);
      this.publisher = new Publisher(registry, new KeyRing(home, new Random()), world.clock());
    }

    private void policy(String json) throws IOException {
      Files.writeString(home.resolve("policy.json"), json);
    }

    private Cid keep(Cid cid, byte[] block) {
      Batch batch = new Batch();
      batch.put(cid, block);
      registry.store().commit(batch);
      return cid;
    }

    @Override
    public void close() {
      federation.close();
      registry.close();
    }
  }

  /** Somebody who knows nothing but the address. */
  private static final class Stranger implements AutoCloseable {
    private final Host host;
    private final Bitswap bitswap;
    private final Session session;
    private final Connection connection;

    private Stranger(Node node) throws IOException {
      SecureRandom random = new SecureRandom();
      host = Host.start(HostConfig.of(Identity.generate(random), System::nanoTime, random, 1));
      connection = host.connect(Multiaddr.parse(node.federation.dialled().getFirst()));
      bitswap = new Bitswap(host, BlockSource.EMPTY, BitswapLimits.standard());
      session = bitswap.session(List.of(connection.remote()));
    }

    private boolean gets(Cid cid) throws IOException {
      try {
        byte[] block = session.fetch(org.dxos.dmg.libp2p.bitswap.Cid.decode(cid.bytes()), PATIENCE);
        return cid.matches(block);
      } catch (Libp2pException e) {
        assertEquals(Reason.NOT_FOUND, e.reason(), e.getMessage());
        return false;
      }
    }

    @Override
    public void close() {
      session.close();
      bitswap.close();
      host.close();
    }
  }

  private static PreparedModule module(Path folder, String name, String version, byte[] data)
      throws IOException {
    Files.createDirectories(folder.resolve("lib"));
    Files.writeString(folder.resolve("index.js"), "export const handler = async () => 1;\n");
    Files.write(folder.resolve("lib/data.bin"), data);
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "%s",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name, version));
    return PreparedModule.read(folder, Optional.empty(), Optional.empty());
  }

  private static byte[] bytes(int seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** The record and all of its bundle. */
  private static Map<Cid, byte[]> blocks(PreparedModule module) {
    Map<Cid, byte[]> blocks = new LinkedHashMap<>();
    blocks.put(module.recordCid(), module.get(module.recordCid()).orElseThrow());
    bundle(module).forEach(cid -> blocks.put(cid, module.get(cid).orElseThrow()));
    return blocks;
  }

  private static List<Cid> bundle(PreparedModule module) {
    return BundleBlocks.of(module, module.record().bundles().getFirst().cid()).held();
  }

  @Test
  void aStrangerGetsAllThatIsPublicAndNothingElse(@TempDir Path temp) throws IOException {
    try (Node node = new Node(temp.resolve("home"), true)) {
      PreparedModule open =
          module(temp.resolve("a"), "com.one/module/a", "1.0.0", bytes(1, 3 << 20));
      PreparedModule own =
          module(temp.resolve("b"), "local.one/module/b", "1.0.0", bytes(2, 3 << 20));
      PreparedModule staged =
          module(temp.resolve("c"), "com.one/module/c", "1.0.0", bytes(3, 3 << 20));
      node.publisher.publish(open);
      node.publisher.publish(own);
      blocks(staged).forEach(node::keep);
      try (Stranger stranger = new Stranger(node)) {
        for (Cid cid : blocks(open).keySet()) {
          assertTrue(stranger.gets(cid), () -> "public " + cid);
        }
        // Statements and heads too: everything that proves the release.
        var view = node.registry.authority("com.one").orElseThrow();
        assertTrue(stranger.gets(view.keyHead()));
        assertTrue(stranger.gets(view.head().orElseThrow()));
        for (PreparedModule hidden : List.of(own, staged)) {
          for (Cid cid : blocks(hidden).keySet()) {
            // index.js is the same in all three, and one of them is public.
            if (!blocks(open).containsKey(cid)) {
              assertTrue(node.registry.store().has(cid));
              assertFalse(stranger.gets(cid), () -> hidden.record().name() + " " + cid);
            }
          }
        }
        var local = node.registry.authority("local.one").orElseThrow();
        assertFalse(stranger.gets(local.keyHead()));
        assertFalse(stranger.gets(local.head().orElseThrow()));
        // What was staged becomes public in the moment in which a head adds it.
        node.publisher.publish(staged);
        for (Cid cid : blocks(staged).keySet()) {
          assertTrue(stranger.gets(cid));
        }
      }
    }
  }

  @Test
  void whatThePolicyWithholdsIsGivenToNobody(@TempDir Path temp) throws IOException {
    try (Node node = new Node(temp.resolve("home"), true)) {
      PreparedModule module =
          module(temp.resolve("a"), "com.one/module/a", "1.0.0", bytes(1, 3 << 20));
      node.publisher.publish(module);
      Cid root = module.record().bundles().getFirst().cid();
      List<Cid> all = bundle(module);
      Cid leaf = all.getLast();
      try (Stranger stranger = new Stranger(node)) {
        assertTrue(stranger.gets(leaf));
        node.policy("{\"deniedBlocks\": [\"" + leaf + "\"]}");
        assertFalse(stranger.gets(leaf));
        assertTrue(stranger.gets(root));
        assertEquals(List.of(leaf), linked(node, all));
        // What only a withheld block leads to is not given either; the record still is.
        node.policy("{\"deniedBlocks\": [\"" + root + "\"]}");
        for (Cid cid : all) {
          assertFalse(stranger.gets(cid));
        }
        assertTrue(stranger.gets(module.recordCid()));
        assertEquals(all, linked(node, all));
        node.policy("{\"deny\": [\"com.one\"]}");
        assertFalse(stranger.gets(module.recordCid()));
        Files.delete(node.home.resolve("policy.json"));
        for (Cid cid : all) {
          assertTrue(stranger.gets(cid));
        }
        assertEquals(List.of(), linked(node, all));
      }
    }
  }

  @Test
  void theLinkedGetNoMoreOfTheStoreThanStrangers(@TempDir Path temp) throws IOException {
    try (Node node = new Node(temp.resolve("home"), true)) {
      node.publisher.publish(
          module(temp.resolve("a"), "com.one/module/a", "1.0.0", bytes(1, 1000)));
      PreparedModule own = module(temp.resolve("b"), "local.one/module/b", "1.0.0", bytes(2, 1000));
      node.publisher.publish(own);
      List<Cid> hidden = new ArrayList<>(bundle(own));
      hidden.remove(Cid.of(Cid.RAW, Files.readAllBytes(temp.resolve("a/index.js"))));
      hidden.add(own.recordCid());
      hidden.add(node.keep(Cid.of(Cid.RAW, bytes(3, 10)), bytes(3, 10)));
      assertEquals(hidden, linked(node, hidden));
      // Nodes of trees: that of all authorities, and of a public state, are for walking; others no.
      Responder responder = new Responder(node.registry.replica());
      assertEquals(1, items(responder, new Request.Tree(node.registry.replica().tree().root())));
      Cid state = stateTree(node, "com.one");
      assertEquals(1, items(responder, new Request.Tree(state)));
      assertEquals(0, items(responder, new Request.Tree(stateTree(node, "local.one"))));
      assertEquals(0, items(responder, new Request.Tree(own.recordCid())));
    }
  }

  private static Cid stateTree(Node node, String authority) {
    Cid head = node.registry.authority(authority).orElseThrow().head().orElseThrow();
    return org.dxos.dmg.verdict.Signed.read(
            node.registry.store(), head, org.dxos.dmg.trust.Head.class)
        .body()
        .state();
  }

  @Test
  void aBundleThatComesLaterIsPublicWhenItIsThere(@TempDir Path temp) throws IOException {
    try (Node node = new Node(temp.resolve("home"), true)) {
      PreparedModule module =
          module(temp.resolve("a"), "com.one/module/a", "1.0.0", bytes(1, 3 << 20));
      node.publisher.publish(module);
      List<Cid> all = bundle(module);
      Batch gone = new Batch();
      all.forEach(gone::discard);
      node.registry.store().commit(gone);
      PublicBlocks blocks = new PublicBlocks(node.registry.replica());
      all.forEach(cid -> assertFalse(blocks.has(cid)));
      // From the leaves up, as no client would, each told as it was kept.
      for (Cid cid : all.reversed()) {
        node.keep(cid, module.get(cid).orElseThrow());
        blocks.came(Map.of(cid, module.get(cid).orElseThrow()));
      }
      for (Cid cid : all) {
        assertArrayEquals(module.get(cid).orElseThrow(), blocks.get(cid).orElseThrow());
      }
      // Not told at all: found from the root down, as clients ask.
      node.registry.store().commit(gone);
      PublicBlocks asked = new PublicBlocks(node.registry.replica());
      all.forEach(cid -> assertFalse(asked.has(cid)));
      all.forEach(cid -> node.keep(cid, module.get(cid).orElseThrow()));
      for (Cid cid : all) {
        assertTrue(asked.has(cid), () -> DagPb.class.getSimpleName() + " " + cid);
      }
    }
  }

  @Test
  void aNodeThatServesNoBlocksDoesNotSpeakBitswap(@TempDir Path temp) throws IOException {
    try (Node node = new Node(temp.resolve("home"), false);
        Stranger stranger = new Stranger(node)) {
      assertFalse(node.federation.servesBlocks());
      Libp2pException refused =
          assertThrows(
              Libp2pException.class, () -> stranger.connection.open("/ipfs/bitswap/1.2.0"));
      assertEquals(Reason.NOT_SUPPORTED, refused.reason());
    }
  }

  /** Which of these a linked node is told are not here. */
  private static List<Cid> linked(Node node, List<Cid> cids) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Responder(node.registry.replica()).blocks(new Request.Blocks(cids), new ItemWriter(out));
    ItemReader reader = new ItemReader(new ByteArrayInputStream(out.toByteArray()));
    int came = 0;
    for (Optional<Item> item = reader.next(); item.isPresent(); item = reader.next()) {
      if (item.get() instanceof Item.Said said) {
        List<Cid> missing =
            org.dxos.dmg.dagcbor.Fields.of(
                    "answer", org.dxos.dmg.error.ErrorCode.SYNC_PROTOCOL, said.fields())
                .links("missing");
        assertEquals(cids.size(), came + missing.size());
        return missing;
      }
      came++;
    }
    throw new AssertionError("no map at the end");
  }

  private static int items(Responder responder, Request.Tree request) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    responder.tree(request, new ItemWriter(out));
    ItemReader reader = new ItemReader(new ByteArrayInputStream(out.toByteArray()));
    int items = 0;
    while (reader.next().isPresent()) {
      items++;
    }
    return items;
  }
}
