package org.dxos.dmg.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksBlockStoreTest extends BlockStoreContract {

  @TempDir Path folder;

  private Path home() {
    return folder.resolve("home");
  }

  @Override
  BlockStore open() {
    return RocksBlockStore.open(home(), new Random(1));
  }

  private Process other() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            HomeHolder.class.getName(),
            home().toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Test
  void aSecondOpenInThisProcessIsRefusedWithItsPid() {
    try (BlockStore store = open()) {
      StorageException.Locked locked = assertThrows(StorageException.Locked.class, this::open);
      assertEquals(ErrorCode.DATA_DIR_LOCKED, locked.code());
      assertTrue(locked.message().contains("process " + ProcessHandle.current().pid()));
      assertEquals(0, store.journalEnd());
    }
    open().close();
  }

  /** Closing any channel to a file gives up a process's locks on it, on POSIX systems. */
  @Test
  void aRefusedSecondOpenDoesNotLetAnotherProcessIn() throws Exception {
    try (BlockStore store = open()) {
      assertThrows(StorageException.Locked.class, this::open);
      Process other = other();
      try (BufferedReader out = other.inputReader()) {
        assertEquals(
            "DATA_DIR_LOCKED open home `%s`: it is in use by process %d"
                .formatted(home(), ProcessHandle.current().pid()),
            out.readLine());
      } finally {
        other.destroyForcibly();
      }
      assertEquals(0, store.journalEnd());
    }
  }

  @Test
  void aHomeThatAnotherProcessHasIsRefusedWithThatPidAndFreeWhenItDies() throws Exception {
    Process other = other();
    try (BufferedReader out = other.inputReader()) {
      assertEquals("open 0", out.readLine());
      StorageException.Locked locked = assertThrows(StorageException.Locked.class, this::open);
      assertTrue(locked.message().endsWith("in use by process " + other.pid()), locked.message());
    } finally {
      other.destroyForcibly();
      assertTrue(other.waitFor(20, TimeUnit.SECONDS));
    }
    open().close();
  }

  @Test
  void aDatabaseWithoutItsCurrentIsRefusedEachTimeAndStaysAsItIs() throws IOException {
    open().close();
    Path current = home().resolve("db").resolve("CURRENT");
    byte[] was = Files.readAllBytes(current);
    Files.delete(current);
    List<String> files = names(home().resolve("db"));
    for (int again = 0; again < 2; again++) {
      StorageException gone = assertThrows(StorageException.Beheaded.class, this::open);
      assertTrue(gone.message().contains("CURRENT"), gone.message());
      assertEquals(files, names(home().resolve("db")));
    }
    Files.write(current, was);
    open().close();
  }

  @Test
  void aHomeOfAnotherFormatIsRefusedAndStaysAsItIs() throws IOException {
    open().close();
    for (String found : List.of("2", "", "one")) {
      Files.writeString(home().resolve("format"), found);
      StorageException.NewerFormat newer =
          assertThrows(StorageException.NewerFormat.class, this::open);
      assertEquals(ErrorCode.FORMAT_NEWER, newer.code());
      assertEquals(found, Files.readString(home().resolve("format")));
    }
    Files.writeString(home().resolve("format"), "1\n");
    open().close();
  }

  @Test
  void onAFullDiskNothingIsAddedAndItGoesOnByItselfWhenThereIsRoom() {
    AtomicLong free = new AtomicLong(BlockStore.KEPT_FREE + 300_000);
    try (BlockStore store = RocksBlockStore.open(home(), new Random(1), free::get)) {
      byte[] small = new byte[100_000];
      byte[] large = new byte[200_000];
      assertEquals(300_000, store.room());
      commit(store, small);
      StorageException.Full full =
          assertThrows(StorageException.Full.class, () -> commit(store, large));
      assertEquals(ErrorCode.STORAGE_FULL, full.code());
      assertTrue(full.message().contains("the disk is full, 67408864 bytes are left"));
      assertFalse(store.has(Cid.of(Cid.RAW, large)));
      free.set(1);
      assertTrue(store.room() < 0);
      assertThrows(StorageException.Full.class, () -> commit(store, new byte[1]));
      assertTrue(store.get(Cid.of(Cid.RAW, small)).isPresent(), "reads go on");
      Batch less = new Batch();
      less.discard(Cid.of(Cid.RAW, small));
      store.commit(less);
      assertFalse(store.has(Cid.of(Cid.RAW, small)), "what gives space back is let through");
      free.set(Long.MAX_VALUE);
      commit(store, large);
      assertTrue(store.has(Cid.of(Cid.RAW, large)));
    }
  }

  private static void commit(BlockStore store, byte[] block) {
    Batch batch = new Batch();
    batch.put(Cid.of(Cid.RAW, block), block);
    store.commit(batch);
  }

  @Test
  void aNewHomeIsItsOwnersAlone() throws IOException {
    open().close();
    assertEquals(
        "rwx------",
        java.nio.file.attribute.PosixFilePermissions.toString(
            Files.getPosixFilePermissions(home())));
  }

  private static List<String> names(Path folder) throws IOException {
    try (java.util.stream.Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
