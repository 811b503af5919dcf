package org.dxos.dmg.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Invitation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.wire.Frames;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.version.Version;

/**
 * An empty node is linked with one into which Debian's packages were imported, over libp2p on
 * loopback: how long until its root is equal and it resolves, everything verified and on disk; then
 * 100 new releases, nothing new, and 10,000 that each side has and the other lacks.
 *
 * <p>Bytes are those of the sockets, both ways: after compression and encryption, with everything
 * that keeps a connection going.
 */
public final class SyncBench {

  private static final int BOTH_SIDES = 10_000;
  private static final int WORDS = 40;
  private static final int ROUNDS = 20;
  private static final Duration AWAY = Duration.ofMillis(50);
  private static final Duration AFTER_JOINING = Duration.ofSeconds(4);

  private static final PrintStream OUT =
      new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);

  private SyncBench() {}

  /** A node of the bench. */
  private record Node(Path home, LocalRegistry registry) {

    private static Node open(Path home) {
      return new Node(home, LocalRegistry.open(home, World.real()));
    }

    private Federation federate() {
      return registry.federate(List.of("/ip4/127.0.0.1/tcp/0"));
    }

    private Cid root() {
      return registry.node().root();
    }

    /** Publishes modules of which each says something else. */
    private void publish(String authority, String version, int count) {
      Random random = new Random(authority.hashCode() + 31L * version.hashCode());
      List<ModuleRecord> records =
          IntStream.range(0, count)
              .mapToObj(i -> record(authority + "/module/m" + i, version, random))
              .toList();
      new Publisher(registry, new KeyRing(home, random), World.real().clock())
          .publishAll(authority, records, PreparedModule::of, (_, _) -> {});
    }

    private static ModuleRecord record(String name, String version, Random random) {
      StringBuilder words = new StringBuilder("does");
      for (int i = 0; i < WORDS; i++) {
        words.append(' ').append(Integer.toString(random.nextInt(4096), 36));
      }
      return ModuleRecord.named(Name.parse(name), Version.parse(version))
          .description(words.toString())
          .license("MIT")
          .keywords(List.of("bench"))
          .build();
    }
  }

  /**
   * @param arguments a home, which is written to: a few releases are published there
   */
  public static void main(String[] arguments) throws Exception {
    Path empty = Files.createTempDirectory("dmg-sync-bench");
    Node full = Node.open(Path.of(arguments[0]));
    Node other = Node.open(empty);
    try (LocalRegistry one = full.registry();
        LocalRegistry two = other.registry()) {
      long[] before = new long[2];
      try (Federation at = full.federate();
          Federation from = other.federate()) {
        everything(full, other, at, from);
        hundredNew(full, other, from);
        nothingNew(full, other, from);
        nothingNewFarAway(full, other, at, from);
      }
      before[0] = one.store().journalEnd();
      before[1] = two.store().journalEnd();
      full.publish("com.bench.left", "1.0.0", BOTH_SIDES);
      other.publish("com.bench.right", "1.0.0", BOTH_SIDES);
      bothSides(full, other, alone(one, before[0]) + alone(two, before[1]));
    } finally {
      delete(empty);
    }
  }

  private static void everything(Node full, Node other, Federation at, Federation from)
      throws InterruptedException {
    long bytes = bytes(from);
    long start = System.nanoTime();
    long cpu = cpu();
    Federation.Joined unused = from.join(at.invite(Link.Policy.FULL, 600), Link.Policy.FULL);
    await(() -> full.root().equals(other.root()));
    other.registry().resolve("org.debian/module/gnome");
    OUT.printf(
        "everything: %.1f s (wanted 12), %.1f s of processors, %.1f MiB on the wire (wanted 40)"
            + " of %.1f MiB of blocks%n",
        seconds(start),
        (cpu() - cpu) / 1e9,
        (bytes(from) - bytes) / 1048576.0,
        from.status().getFirst().received() / 1048576.0);
  }

  private static void hundredNew(Node full, Node other, Federation from)
      throws InterruptedException {
    Random random = new Random();
    for (int round = 0; round < 5; round++) {
      settled(() -> bytes(from));
      long bytes = bytes(from);
      full.publish("com.bench", "0." + round + "." + random.nextInt(1_000_000), 100);
      long start = System.nanoTime();
      await(() -> full.root().equals(other.root()));
      double took = seconds(start);
      settled(() -> bytes(from));
      OUT.printf(
          "100 new%s: %.3f s after the last was acknowledged (wanted 0.3), %.3f MiB (wanted 0.2)%n",
          round == 0 ? ", of a new authority" : "", took, (bytes(from) - bytes) / 1048576.0);
    }
  }

  private static void nothingNew(Node full, Node other, Federation from)
      throws InterruptedException {
    List<Long> rounds = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      settled(() -> bytes(from));
      long bytes = bytes(from);
      from.syncNow();
      await(() -> bytes(from) > bytes);
      settled(() -> bytes(from));
      rounds.add(bytes(from) - bytes);
    }
    requireEqual(full, other);
    OUT.printf(
        "nothing new: %s bytes (wanted 500 at most)%n",
        rounds.stream().sorted().distinct().toList());
  }

  private static void requireEqual(Node full, Node other) {
    if (!full.root().equals(other.root())) {
      throw new IllegalStateException("the roots differ");
    }
  }

  /** How often one end waits for the other, seen from between them. */
  private static void nothingNewFarAway(Node full, Node other, Federation at, Federation from)
      throws IOException, InterruptedException {
    boolean unused = at.remove(from.peerId()) && from.remove(at.peerId());
    int port = Integer.parseInt(at.addresses().getFirst().split("/")[4]);
    try (Relay relay = Relay.to(port, AWAY)) {
      Invitation there = at.invite(Link.Policy.FULL, 600);
      Invitation here =
          new Invitation(
              there.peer(),
              List.of("/ip4/127.0.0.1/tcp/" + relay.port()),
              there.secret(),
              there.expires(),
              there.place());
      Link link = from.join(here, Link.Policy.FULL).link();
      Thread.sleep(AFTER_JOINING); // each side asks the other once
      for (int round = 0; round < ROUNDS; round++) {
        settled(() -> relay.seen().bytes());
        relay.begin();
        from.syncNow();
        await(() -> relay.seen().nanos() > 0);
        settled(() -> relay.seen().bytes());
        Relay.Seen seen = relay.seen();
        OUT.printf(
            "nothing new, %d ms away from %s…: %d round trips (wanted 1), %d bytes, %.2f times the"
                + " way there and back%n",
            AWAY.toMillis(),
            link.peer().substring(0, 12),
            seen.turns(),
            seen.bytes(),
            seen.nanos() / (2.0 * AWAY.toNanos()));
      }
      requireEqual(full, other);
    }
  }

  private static void bothSides(Node full, Node other, long alone) throws InterruptedException {
    try (Federation at = full.federate();
        Federation from = other.federate()) {
      long start = System.nanoTime();
      // The address of the other is another one after each start: it is told by a new link.
      Federation.Joined unused = from.join(at.invite(Link.Policy.FULL, 600), Link.Policy.FULL);
      await(() -> full.root().equals(other.root()));
      double took = seconds(start);
      settled(() -> bytes(from));
      OUT.printf(
          "%,d on each side: %.1f s, %.2f MiB, %.2f of what the statements alone take (wanted"
              + " 1.3)%n",
          BOTH_SIDES, took, bytes(from) / 1048576.0, bytes(from) / (double) alone);
    }
  }

  /** What statements that came after a position take, with their records, in one zstd stream. */
  private static long alone(LocalRegistry registry, long position) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream compressed = Frames.compressed(bytes)) {
      ItemWriter out = new ItemWriter(compressed);
      for (JournalEntry entry : registry.store().journal(position, 100_000)) {
        Signed<Body> signed = Signed.read(registry.store(), entry.envelope(), Body.class);
        List<Cid> added = signed.body() instanceof Head head ? head.added() : new ArrayList<>();
        for (Cid statement : added) {
          for (byte[] block : Responder.statement(statement, registry.store())) {
            out.block(block);
          }
        }
      }
    }
    return bytes.size();
  }

  private static long bytes(Federation federation) {
    return federation.traffic().in() + federation.traffic().out();
  }

  private static long cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Waits until nothing crosses for a while. */
  private static void settled(LongSupplier bytes) throws InterruptedException {
    long last = bytes.getAsLong();
    long since = System.nanoTime();
    while (System.nanoTime() - since < 300_000_000L) {
      Thread.sleep(10);
      if (bytes.getAsLong() != last) {
        last = bytes.getAsLong();
        since = System.nanoTime();
      }
    }
  }

  private static void await(BooleanSupplier done) throws InterruptedException {
    long end = System.nanoTime() + 300_000_000_000L;
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not equal after 300 s");
      }
      Thread.sleep(1);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }
}
