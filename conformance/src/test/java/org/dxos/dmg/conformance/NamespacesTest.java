package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.client.Peers;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five nodes, each a process in a network of its own, linked as a ring: what they make of nets that
 * fail. Each wait is bounded at 20 times what is promised on a quiet machine; the figures say what
 * it was.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class NamespacesTest {

  private static final int NODES = 5;
  private static final String TOKEN = "of-this-test-and-nothing-else";

  /** Equal roots within 5 s, times 20. */
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  @TempDir static Path homes;
  private static Optional<Namespaces> made = Optional.empty();
  private static final List<NodeProcess> NODE = new ArrayList<>();
  private static int number;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        Namespaces.available(), "network namespaces cannot be made here: needs ip, and root");
    made = Optional.of(Namespaces.of(NODES));
    Files.writeString(homes.resolve("token"), TOKEN);
    List<Thread> starting = new ArrayList<>();
    NODE.addAll(java.util.Collections.nCopies(NODES, null));
    long start = System.nanoTime();
    for (int one = 1; one <= NODES; one++) {
      int which = one;
      Files.createDirectories(home(one));
      Files.writeString(home(one).resolve("policy.json"), "{\"tofu\": \"allow\"}\n");
      starting.add(Thread.startVirtualThread(() -> startNode(which)));
    }
    for (Thread thread : starting) {
      thread.join();
    }
    assertFalse(NODE.contains(null), "a node did not start");
    for (int one = 1; one <= NODES; one++) {
      peers(one % NODES + 1).join(peers(one).invite(Link.Policy.FULL, 600), Link.Policy.FULL);
    }
    for (int one = 1; one <= NODES; one++) {
      publish(one, name(one), "1.0.0"); // its own authority, so that it is the home of it
    }
    equal("start", start);
  }

  private static void startNode(int one) {
    try {
      NODE.set(
          one - 1,
          NodeProcess.start(
              home(one),
              net().on(one),
              "--host",
              net().reached(one),
              "--token-file",
              homes.resolve("token").toString(),
              "--peer-listen",
              "/ip4/" + net().address(one) + "/tcp/4071"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() throws InterruptedException {
    for (NodeProcess node : NODE) {
      if (node != null) {
        node.kill();
      }
    }
    if (made.isPresent()) {
      made.get().close();
    }
  }

  /** One that failed leaves the others a whole net. */
  @AfterEach
  void mend() throws Exception {
    net().join();
    for (int one = 1; one <= NODES; one++) {
      net().plug(one, true);
    }
  }

  private static Namespaces net() {
    return made.orElseThrow();
  }

  private static Path home(int one) {
    return homes.resolve("node" + one);
  }

  private static Registry registry(int one) {
    return Registries.at(NODE.get(one - 1).url(), Optional.of(TOKEN));
  }

  private static Peers peers(int one) {
    return Registries.peers(home(one), Optional.of(NODE.get(one - 1).url()), Optional.of(TOKEN));
  }

  private static String name(int home) {
    return "com.n" + home + "/module/m";
  }

  private static void publish(int one, String name, String version) {
    try (Registry registry = registry(one)) {
      new Publisher(registry, new KeyRing(home(one), new Random()), World.real().clock())
          .publish(
              PreparedModule.of(
                  ModuleRecord.named(Name.parse(name), Version.parse(version)).build()));
    }
  }

  /** A version that nobody has published yet. */
  private static String next() {
    return "1.1." + number++;
  }

  private static boolean resolves(int one, String dxn) {
    try (Registry registry = registry(one)) {
      return registry.resolve(dxn).version().length() > 0;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static Cid root(int one) {
    try (Registry registry = registry(one)) {
      return registry.node().root();
    }
  }

  private interface Sought {
    boolean there() throws Exception;
  }

  /** Milliseconds from the moment given. */
  private static long await(String what, long from, Sought sought) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!sought.there()) {
      assertTrue(System.nanoTime() < end, () -> "waited for " + what + state());
      Thread.sleep(20);
    }
    return (System.nanoTime() - from) / 1_000_000;
  }

  private static String state() {
    StringBuilder text = new StringBuilder();
    for (int one = 1; one <= NODES; one++) {
      text.append('\n').append(one).append(' ').append(root(one)).append(' ');
      text.append(peers(one).around().links());
    }
    return text.toString();
  }

  private static void equal(String after, long from) throws Exception {
    long millis =
        await(
            "equal roots after " + after,
            from,
            () ->
                IntStream.rangeClosed(1, NODES)
                        .mapToObj(NamespacesTest::root)
                        .collect(java.util.stream.Collectors.toCollection(HashSet::new))
                        .size()
                    == 1);
    figure(after, "equal roots", millis);
  }

  private static void figure(String after, String what, long millis) {
    System.err.println("namespaces: " + after + ": " + what + " after " + millis + " ms");
  }

  @Test
  void bothSidesOfAPartitionComeTogether() throws Exception {
    String mine = next();
    String theirs = next();
    net().part(Set.of(4, 5));
    publish(1, name(1), mine);
    publish(4, name(4), theirs);
    await("its own side", System.nanoTime(), () -> resolves(3, name(1) + "@" + mine));
    await("its own side", System.nanoTime(), () -> resolves(5, name(4) + "@" + theirs));
    Thread.sleep(Integer.getInteger("dmg.partition.seconds", 4) * 1000L);
    assertFalse(resolves(2, name(4) + "@" + theirs));
    assertFalse(resolves(5, name(1) + "@" + mine));
    net().join();
    equal("partition", System.nanoTime());
    assertTrue(resolves(2, name(4) + "@" + theirs));
    assertTrue(resolves(5, name(1) + "@" + mine));
  }

  @Test
  void aCutOfOneWayAloneKeepsNobodyElseApart() throws Exception {
    String version = next();
    net().deafen(1, 2);
    try {
      publish(1, name(1), version);
      figure(
          "cut of one way",
          "the other way round the ring",
          await(
              "the other way round",
              System.nanoTime(),
              () -> resolves(2, name(1) + "@" + version)));
    } finally {
      net().undeafen(1, 2);
    }
    equal("cut of one way", System.nanoTime());
  }

  @Test
  void aLinkThatFlapsLosesNothing() throws Exception {
    for (int flap = 0; flap < 8; flap++) {
      net().plug(3, false);
      publish(3, name(3), next());
      Thread.sleep(250);
      net().plug(3, true);
      publish(1, name(1), next());
      Thread.sleep(250);
    }
    equal("flapping", System.nanoTime());
  }

  /** A module with a bundle that takes a while, published at a node; the blocks of its bundle. */
  private static List<Cid> publishLarge(int one, String version, int bytes) throws IOException {
    Path folder = Files.createDirectories(homes.resolve("module" + version));
    byte[] data = new byte[bytes];
    new Random(version.hashCode()).nextBytes(data); // what another module has is not fetched
    Files.write(folder.resolve("data" + version), data);
    Files.writeString(folder.resolve("index.js"), "export const handler = async () => 1;\n");
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "%s", "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name(one), version));
    try (PreparedModule module = PreparedModule.read(folder, Optional.empty(), Optional.empty());
        Registry registry = registry(one)) {
      new Publisher(registry, new KeyRing(home(one), new Random()), World.real().clock())
          .publish(module);
      return BundleBlocks.of(module, module.record().bundles().getFirst().cid()).held();
    }
  }

  private static int lacking(int one, List<Cid> blocks) {
    try (Registry registry = registry(one)) {
      return registry.missing(blocks).size();
    }
  }

  @Test
  void whoIsKilledInTheMidstOfATransferHasAllOfItAfterARestart() throws Exception {
    assumeTrue(net().slows(), "tc cannot slow a net here");
    String version = next();
    net().slow(1, "24mbit");
    List<Cid> blocks = publishLarge(1, version, 12 << 20);
    await("the midst", System.nanoTime(), () -> lacking(2, blocks) < blocks.size());
    int lacked = lacking(2, blocks);
    NODE.get(1).kill();
    assertTrue(lacked > 0, "it was through before it could be killed");
    long start = System.nanoTime();
    startNode(2);
    await("all of it", start, () -> lacking(2, blocks) == 0);
    figure(
        "a kill with " + lacked + " of " + blocks.size() + " blocks to come",
        "all of the bundle",
        (System.nanoTime() - start) / 1_000_000);
    net().quicken(1);
    equal("a kill", System.nanoTime());
  }

  @Test
  void whereItCameFromIsKilledInTheMidstTheRestComesFromOthers() throws Exception {
    assumeTrue(net().slows(), "tc cannot slow a net here");
    String version = next();
    net().slow(4, "24mbit");
    List<Cid> blocks = publishLarge(4, version, 12 << 20);
    await("the midst", System.nanoTime(), () -> lacking(3, blocks) < blocks.size());
    NODE.get(3).kill();
    net().quicken(4);
    int lacked = lacking(3, blocks);
    assertTrue(lacked > 0, "it was through before it could be killed");
    startNode(4);
    figure(
        "a kill of the source with " + lacked + " of " + blocks.size() + " blocks to come",
        "all of the bundle",
        await("all of it", System.nanoTime(), () -> lacking(3, blocks) == 0));
    equal("a kill of the source", System.nanoTime());
  }

  @Test
  void aSlowPeerHoldsNobodyUp() throws Exception {
    assumeTrue(net().slows(), "tc cannot slow a net here");
    net().slow(5, "256kbit");
    try {
      String large = next();
      publishLarge(5, large, 4 << 20); // two minutes at this rate, to either neighbour
      await("its record", System.nanoTime(), () -> resolves(4, name(5) + "@" + large));
      long worst = 0;
      for (int one = 1; one <= 4; one++) {
        String version = next();
        int home = one;
        publish(one, name(one), version);
        for (int other = 1; other <= 4; other++) {
          int at = other;
          worst =
              Math.max(
                  worst,
                  await(
                      "news among the fast",
                      System.nanoTime(),
                      () -> resolves(at, name(home) + "@" + version)));
        }
      }
      figure("a slow peer", "the last news among the fast", worst);
    } finally {
      net().quicken(5);
    }
    equal("a slow peer", System.nanoTime());
  }
}
