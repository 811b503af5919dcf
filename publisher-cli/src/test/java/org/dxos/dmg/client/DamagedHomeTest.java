package org.dxos.dmg.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dxos.dmg.admission.Stored;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.care.Fault;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.HomeCare;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each file of a home but the projection's, damaged in each way: what is served is right, what is
 * wrong is named, and what can be fetched is mended.
 */
class DamagedHomeTest {

  private static final World WORLD =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(14),
          Thread.ofPlatform().daemon().factory());

  @TempDir Path temp;

  private enum Damage {
    FLIP_EARLY,
    FLIP_MIDDLE,
    FLIP_LATE,
    HALF,
    EMPTY,
    SWAPPED
  }

  private final Map<Cid, byte[]> truth = new HashMap<>();
  private Optional<Cid> root = Optional.empty();

  private Path home() {
    return temp.resolve("home");
  }

  private void publish() throws IOException {
    for (int i = 0; i < 3; i++) {
      // A process each, so that there are several files of a kind.
      try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
        Publisher publisher =
            new Publisher(registry, new KeyRing(home(), WORLD.random()), WORLD.clock());
        Path folder = Files.createDirectories(temp.resolve("m" + i));
        byte[] large = new byte[200_000];
        new Random(i).nextBytes(large);
        Files.write(folder.resolve("large.bin"), large);
        Files.writeString(folder.resolve("index.js"), "export const i = " + i + ";\n");
        Files.writeString(
            folder.resolve("dmg.json"),
            """
            {"name": "org.one/module/m%d", "version": "1.0.0",
             "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
            """
                .formatted(i));
        publisher.publish(PreparedModule.read(folder, Optional.empty(), Optional.empty()));
      }
    }
    try (HomeCare care = HomeCare.open(home(), WORLD)) {
      assertEquals(List.of(), care.fsck().faults());
      care.store().eachBlock(cid -> truth.put(cid, care.store().get(cid).orElseThrow()));
      root = Stored.root(care.store());
    }
    Files.writeString(home().resolve("policy.json"), "{\"tofu\": \"allow\"}");
  }

  @Test
  void damageToAnyFileIsNeverServedAndNeverSilent() throws IOException {
    publish();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(home())) {
      files =
          walk.filter(Files::isRegularFile)
              .map(home()::relativize)
              .filter(file -> !file.toString().matches("db/(LOG.*|LOCK)|lock|recovery-.*"))
              .sorted()
              .toList();
    }
    List<String> wrong = new ArrayList<>();
    Map<String, Integer> outcomes = new TreeMap<>();
    int tried = 0;
    // One of a kind is as good as another.
    Map<String, Path> kinds = new TreeMap<>();
    files.forEach(file -> kinds.put(kind(file), file));
    for (Path file : kinds.values()) {
      for (Damage damage : Damage.values()) {
        Path copy = temp.resolve("copy" + tried++);
        copy(home(), copy);
        if (damage(copy, file, damage, files)) {
          String outcome = look(copy, damage + " " + file, wrong);
          outcomes.merge(kind(file) + " " + outcome, 1, Integer::sum);
        }
        delete(copy);
      }
    }
    System.err.println("damaged homes: " + outcomes);
    assertEquals(List.of(), wrong);
    assertTrue(tried > 40, "only " + tried);
  }

  /**
   * A home as a crash leaves it: everything is in the write-ahead log. What is damaged there, be it
   * at the end, where it looks like a write that a crash cut off, opens whole or not at all.
   */
  @Test
  void damageInTheWriteAheadLogNeverLosesWhatWasAcknowledgedSilently() throws IOException {
    Path crashed = temp.resolve("crashed");
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      Publisher publisher =
          new Publisher(registry, new KeyRing(home(), WORLD.random()), WORLD.clock());
      for (int i = 0; i < 5; i++) {
        Path folder = Files.createDirectories(temp.resolve("m" + i));
        Files.writeString(folder.resolve("index.js"), "export const i = " + i + ";\n");
        Files.writeString(
            folder.resolve("dmg.json"),
            """
            {"name": "org.one/module/m%d", "version": "1.0.0",
             "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
            """
                .formatted(i));
        publisher.publish(PreparedModule.read(folder, Optional.empty(), Optional.empty()));
      }
      registry.store().eachBlock(cid -> truth.put(cid, registry.store().get(cid).orElseThrow()));
      root = Stored.root(registry.store());
      copy(home(), crashed);
    }
    Path log;
    try (Stream<Path> logs = Files.list(crashed.resolve("db"))) {
      log =
          logs.filter(file -> file.toString().endsWith(".log"))
              .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(log);
    assertTrue(bytes.length > 10_000, "the log has it all: " + bytes.length);
    List<String> wrong = new ArrayList<>();
    Map<String, Integer> outcomes = new TreeMap<>();
    Random random = new Random(15);
    for (int i = 0; i < 48; i++) {
      byte[] damaged = bytes.clone();
      int at = i == 0 ? bytes.length - 1 : random.nextInt(bytes.length);
      String what =
          switch (i % 4) {
            case 0, 1 -> {
              damaged[at] ^= (byte) (1 << random.nextInt(8));
              yield "flip";
            }
            case 2 -> {
              damaged = Arrays.copyOf(damaged, at);
              yield "cut";
            }
            default -> {
              Arrays.fill(damaged, at, Math.min(bytes.length, at + 512), (byte) 0);
              yield "zeroes";
            }
          };
      Path copy = temp.resolve("wal" + i);
      copy(crashed, copy);
      Files.write(copy.resolve(crashed.relativize(log)), damaged);
      String served = serve(copy, what + " at " + at, wrong);
      if (served.equals("opens")) {
        try (HomeCare care = HomeCare.open(copy, WORLD)) {
          requireWhole(care.store(), what + " at " + at, wrong);
        }
      }
      outcomes.merge(what + " " + served, 1, Integer::sum);
      delete(copy);
    }
    System.err.println("damaged logs: " + outcomes);
    assertEquals(List.of(), wrong);
    assertTrue(outcomes.getOrDefault("cut refused", 0) > 8, outcomes.toString());
    assertTrue(outcomes.getOrDefault("flip refused", 0) > 15, outcomes.toString());
    assertEquals("opens", serve(crashed, "as it was", wrong));
    assertEquals(List.of(), wrong);
  }

  private static String kind(Path file) {
    return file.toString().replaceFirst("^db/[0-9]+", "db/*").replaceAll("-[0-9]+$", "");
  }

  /** Opens a damaged home in every way there is; what became of it. */
  private String look(Path home, String what, List<String> wrong) {
    String served = serve(home, what, wrong);
    try (HomeCare care = HomeCare.open(home, WORLD)) {
      Fsck.Report report = care.fsck();
      if (report.faults().isEmpty()) {
        if (!served.equals("opens")) {
          return "told at opening";
        }
        requireWhole(care.store(), what, wrong);
        return "harmless";
      }
      HomeCare.Mended mended = care.mend(report, cid -> Optional.ofNullable(truth.get(cid)));
      boolean lost =
          mended.after().faults().stream()
              .anyMatch(
                  fault ->
                      fault.kind() == Fault.Kind.MISSING || fault.kind() == Fault.Kind.CORRUPT);
      if (lost) {
        wrong.add(what + ": not mended: " + mended.after().faults());
      }
      return mended.after().faults().isEmpty() ? "named and mended" : "named";
    } catch (RuntimeException e) {
      if (!(e instanceof Explained)) {
        wrong.add(what + ": fsck: " + e);
      }
      return "refused";
    }
  }

  private String serve(Path home, String what, List<String> wrong) {
    try (LocalRegistry registry = LocalRegistry.open(home, WORLD)) {
      for (Map.Entry<Cid, byte[]> block : truth.entrySet()) {
        try {
          Optional<byte[]> found = registry.get(block.getKey());
          if (found.isPresent() && !Arrays.equals(found.get(), block.getValue())) {
            wrong.add(what + ": served other bytes of " + block.getKey());
          }
        } catch (RuntimeException e) {
          if (!(e instanceof Explained)) {
            wrong.add(what + ": get: " + e);
          }
        }
      }
      return "opens";
    } catch (RuntimeException e) {
      if (!(e instanceof Explained)) {
        wrong.add(what + ": open: " + e);
      }
      return "refused";
    }
  }

  private void requireWhole(BlockStore store, String what, List<String> wrong) {
    if (!Stored.root(store).equals(root)) {
      wrong.add(what + ": silently of another time");
    }
    for (Cid cid : truth.keySet()) {
      if (!store.has(cid)) {
        wrong.add(what + ": silently without " + cid);
        return;
      }
    }
  }

  /** False if there is nothing to damage in this way. */
  private static boolean damage(Path home, Path file, Damage damage, List<Path> files)
      throws IOException {
    Path path = home.resolve(file);
    byte[] bytes = Files.readAllBytes(path);
    if (bytes.length == 0) {
      return false;
    }
    switch (damage) {
      case FLIP_EARLY -> bytes[Math.min(bytes.length - 1, 9)] ^= 16;
      case FLIP_MIDDLE -> bytes[bytes.length / 2] ^= 1;
      case FLIP_LATE -> bytes[bytes.length - 1] ^= 64;
      case HALF -> bytes = Arrays.copyOf(bytes, bytes.length / 2);
      case EMPTY -> bytes = new byte[0];
      case SWAPPED -> {
        Optional<Path> other =
            files.stream()
                .filter(one -> !one.equals(file) && kind(one).equals(kind(file)))
                .findFirst();
        if (other.isEmpty()) {
          return false;
        }
        byte[] others = Files.readAllBytes(home.resolve(other.get()));
        Files.write(home.resolve(other.get()), bytes);
        bytes = others;
      }
    }
    Files.write(path, bytes);
    return true;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
