package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Link;
import org.dxos.dmg.version.Version;

/**
 * An empty node is linked with one into which Debian's packages were imported, over libp2p on
 * loopback: how long until its root is equal and it resolves, everything verified and on disk; then
 * 100 new releases.
 */
public final class SyncBench {

  private SyncBench() {}

  /**
   * @param arguments a home, which is written to: a few releases are published there
   */
  public static void main(String[] arguments) throws Exception {
    PrintStream out =
        new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
    Path empty = Files.createTempDirectory("dmg-sync-bench");
    try (LocalRegistry full = LocalRegistry.open(Path.of(arguments[0]), World.real());
        LocalRegistry other = LocalRegistry.open(empty, World.real());
        Federation one = full.federate(List.of("/ip4/127.0.0.1/tcp/0"));
        Federation two = other.federate(List.of("/ip4/127.0.0.1/tcp/0"))) {
      long start = System.nanoTime();
      two.join(one.invite(Link.Policy.FULL, 600), Link.Policy.FULL);
      await(() -> equal(full, other));
      other.resolve("org.debian/module/gnome");
      out.printf(
          "everything: %.1f s, %.1f MiB of blocks (wanted 12 s, 40 MiB on the wire)%n",
          (System.nanoTime() - start) / 1e9, two.status().getFirst().received() / 1048576.0);
      Publisher publisher =
          new Publisher(
              full, new KeyRing(Path.of(arguments[0]), new Random()), World.real().clock());
      Random random = new Random();
      for (int round = 0; round < 5; round++) {
        int version = round;
        List<Integer> numbers = Stream.iterate(0, i -> i + 1).limit(100).toList();
        publisher.publishAll(
            "com.bench",
            numbers,
            i ->
                PreparedModule.of(
                    ModuleRecord.named(
                            Name.parse("com.bench/module/m" + i),
                            Version.parse("0." + version + "." + random.nextInt(1_000_000)))
                        .build()),
            (done, count) -> {});
        start = System.nanoTime();
        await(() -> equal(full, other));
        out.printf(
            "100 new: %.3f s after the last was acknowledged (wanted 0.3 s)%n",
            (System.nanoTime() - start) / 1e9);
      }
    } finally {
      delete(empty);
    }
  }

  private static boolean equal(LocalRegistry one, LocalRegistry other) {
    return one.node().root().equals(other.node().root());
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
