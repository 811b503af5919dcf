package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full and disks that fail, under a node in a process of its own. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class DiskFaultsTest {

  private static final long MIB = 1024 * 1024;
  private static final int DISK_MIB = 192;

  @TempDir Path temp;

  private static boolean done(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor() == 0;
  }

  private boolean mounts(Path disk) throws InterruptedException {
    try {
      return done("mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "tmpfs", disk.toString());
    } catch (IOException e) {
      return false; // there is no such command
    }
  }

  /** Leaves so much room on the disk. */
  private static void fill(Path disk, long left) throws IOException {
    Path filler = disk.resolve("filler");
    Files.deleteIfExists(filler);
    byte[] chunk = new byte[(int) MIB / 4];
    try (java.io.OutputStream out = Files.newOutputStream(filler)) {
      while (Files.getFileStore(disk).getUsableSpace() > left) {
        out.write(
            chunk,
            0,
            (int) Math.min(chunk.length, Files.getFileStore(disk).getUsableSpace() - left));
      }
    } catch (IOException full) {
      assertEquals(0, left, full.toString());
    }
  }

  private static void requireWhole(Oracle oracle, String url) {
    Oracle.Found found = oracle.look(url, true);
    assertEquals(0, found.lost() + found.half(), found.which().toString());
  }

  @Test
  void aFullDiskIsToldReadsGoOnAndWritesComeBackWithoutARestart() throws Exception {
    Path disk = Files.createDirectories(temp.resolve("disk"));
    assumeTrue(mounts(disk), "no disk of a known size can be mounted here");
    try {
      Oracle oracle = new Oracle(temp);
      try (NodeProcess node = NodeProcess.start(disk.resolve("home"), "--no-peers")) {
        assertEquals(Optional.empty(), oracle.publish(node.url()));
        assertEquals(Optional.empty(), oracle.publish(node.url()));
        requireWhole(oracle, node.url());
        for (long left : List.of(48 * MIB, 8 * MIB, 0L)) {
          fill(disk, left);
          Explained full = oracle.publish(node.url()).orElseThrow();
          assertEquals(ErrorCode.STORAGE_FULL, full.code(), full.message());
          assertTrue(full.message().contains("the disk is full"), full.message());
          requireWhole(oracle, node.url());
          try (Registry registry = oracle.registry(node.url())) {
            assertFalse(registry.search("number", 10).isEmpty());
          }
        }
        Upkeep upkeep =
            Registries.upkeep(disk.resolve("home"), Optional.empty(), Optional.empty())
                .orElseThrow();
        fill(disk, 32 * MIB);
        upkeep.collect(Duration.ZERO, false);
        Files.delete(disk.resolve("filler"));
        assertEquals(Optional.empty(), oracle.publish(node.url()));
        requireWhole(oracle, node.url());
        fill(disk, 0);
      }
      assertEquals(0, startAndLook(oracle, disk), "lost or half");
      Files.delete(disk.resolve("filler"));
      try (NodeProcess node = NodeProcess.start(disk.resolve("home"), "--no-peers")) {
        requireWhole(oracle, node.url());
        assertEquals(Optional.empty(), oracle.publish(node.url()));
        requireWhole(oracle, node.url());
      }
      NodeProcess.Finished fsck =
          NodeProcess.run(List.of("fsck", "--home", disk.resolve("home").toString()));
      assertEquals(0, fsck.code(), fsck.out());
    } finally {
      done("umount", "-l", disk.toString());
    }
  }

  /** On a disk without any room a node may refuse to start, in words; if it starts it is right. */
  private static int startAndLook(Oracle oracle, Path disk) throws Exception {
    try (NodeProcess node = NodeProcess.start(disk.resolve("home"), "--no-peers")) {
      Oracle.Found found = oracle.look(node.url(), true);
      return found.lost() + found.half();
    } catch (NodeProcess.NotStartedException e) {
      assertEquals(1, e.code(), e.getMessage());
      assertTrue(String.valueOf(e.getMessage()).contains("error: "), e.getMessage());
      return 0;
    }
  }

  /** What is derived may have been hit too; it is told then, and made anew by itself. */
  private static void awaitSearch(Registry registry) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      try {
        assertFalse(registry.search("number", 10).isEmpty());
        return;
      } catch (RuntimeException e) {
        assertTrue(
            e instanceof Explained explained && explained.code() == ErrorCode.STORAGE,
            e.toString());
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    throw new AssertionError("the projection was not made anew");
  }

  /** A sync that failed may have lost what it was to sync, and the next one says nothing of it. */
  @Test
  void afterASyncThatFailedNothingIsAcknowledgedUntilTheNextStart() throws Exception {
    assumeTrue(Syscalls.available(), "strace may not look into processes here");
    Oracle oracle = new Oracle(temp);
    Path home = temp.resolve("home");
    for (int from = 1; from <= 3; from += 2) {
      try (NodeProcess node = NodeProcess.start(home, "--no-peers")) {
        assertEquals(Optional.empty(), oracle.publish(node.url()));
        int before = oracle.acknowledged();
        try (Syscalls.Failing _ = Syscalls.Failing.in(node.pid(), "fsync,fdatasync", "EIO", from)) {
          Optional<Explained> refused = Optional.empty();
          for (int i = 0; i < 8 && refused.isEmpty(); i++) {
            refused = oracle.publish(node.url());
          }
          assertEquals(ErrorCode.STORAGE, refused.orElseThrow().code());
          assertTrue(refused.get().message().contains("Input/output error"));
          assertTrue(oracle.acknowledged() < before + from + 1);
        }
        // The disk is well again, and what it holds is not known.
        Explained after = oracle.publish(node.url()).orElseThrow();
        assertEquals(ErrorCode.STORAGE, after.code());
        assertTrue(after.message().contains("only reads until it is started again"));
        try (Registry registry = oracle.registry(node.url())) {
          awaitSearch(registry);
          assertTrue(
              registry.resolve("com.example/function/crash-n0@1.0.0").version().equals("1.0.0"));
        }
      }
      try (NodeProcess node = NodeProcess.start(home, "--no-peers")) {
        requireWhole(oracle, node.url());
      }
    }
    NodeProcess.Finished fsck = NodeProcess.run(List.of("fsck", "--home", home.toString()));
    assertEquals(0, fsck.code(), fsck.out());
  }
}
