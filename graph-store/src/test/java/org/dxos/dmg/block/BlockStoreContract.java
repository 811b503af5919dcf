package org.dxos.dmg.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;

/** What every block store has to guarantee. */
abstract class BlockStoreContract {

  /** Opens the one store of this test, again if it was closed. */
  abstract BlockStore open();

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static Cid raw(byte[] block) {
    return Cid.of(Cid.RAW, block);
  }

  static Cid cbor(String text) {
    return Cid.of(Cid.DAG_CBOR, bytes(text));
  }

  @Test
  void aCommitIsThereWhollyAfterReopening() {
    byte[] block = bytes("block");
    byte[] id;
    try (BlockStore store = open()) {
      id = store.journalId();
      assertEquals(0, store.journalEnd());
      assertEquals(Optional.empty(), store.get(raw(block)));
      Batch batch = new Batch();
      batch.put(raw(block), block);
      batch.set("tip", bytes("one"));
      batch.admit(JournalEntry.Kind.AUTHORITY, cbor("id"), cbor("genesis"));
      batch.admit(JournalEntry.Kind.HEAD, cbor("id"), cbor("head"));
      assertEquals(2, store.commit(batch));
    }
    try (BlockStore store = open()) {
      assertArrayEquals(id, store.journalId());
      assertArrayEquals(block, store.get(raw(block)).orElseThrow());
      assertTrue(store.has(raw(block)));
      assertFalse(store.has(cbor("block")));
      assertArrayEquals(bytes("one"), store.register("tip").orElseThrow());
      assertEquals(2, store.journalEnd());
      assertEquals(
          List.of(
              new JournalEntry(1, JournalEntry.Kind.AUTHORITY, cbor("id"), cbor("genesis")),
              new JournalEntry(2, JournalEntry.Kind.HEAD, cbor("id"), cbor("head"))),
          store.journal(0, 10));
      assertEquals(2, store.journal(1, 10).getFirst().position());
      assertEquals(1, store.journal(0, 1).size());
      assertEquals(List.of(), store.journal(2, 10));
    }
  }

  @Test
  void nothingOfABatchIsThereBeforeItsCommit() {
    try (BlockStore store = open()) {
      Batch batch = new Batch();
      batch.put(raw(bytes("a")), bytes("a"));
      batch.set("tip", bytes("a"));
      assertTrue(batch.get(raw(bytes("a"))).isPresent());
      assertFalse(store.has(raw(bytes("a"))));
      assertEquals(Optional.empty(), store.register("tip"));
    }
  }

  @Test
  void aRegisterHoldsWhatWasSetLast() {
    try (BlockStore store = open()) {
      for (String value : List.of("one", "two")) {
        Batch batch = new Batch();
        batch.set("a/1", bytes(value));
        batch.set("a/2", bytes(value));
        batch.set("b/1", bytes(value));
        store.commit(batch);
      }
      assertArrayEquals(bytes("two"), store.register("a/1").orElseThrow());
      assertEquals(List.of("a/1", "a/2"), store.registers("a/"));
      assertEquals(List.of(), store.registers("c/"));
    }
  }

  @Test
  void positionsHaveNoGapsUnderManyWriters() throws InterruptedException {
    try (BlockStore store = open()) {
      Set<Long> ends = java.util.concurrent.ConcurrentHashMap.newKeySet();
      List<Thread> writers = new java.util.ArrayList<>();
      for (int n = 0; n < 8; n++) {
        String name = "w" + n;
        writers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 5; i++) {
                        Batch batch = new Batch();
                        batch.admit(JournalEntry.Kind.HEAD, cbor("id"), cbor(name + i));
                        ends.add(store.commit(batch));
                      }
                    }));
      }
      for (Thread writer : writers) {
        writer.join();
      }
      assertEquals(40, ends.size());
      assertEquals(40, store.journalEnd());
      List<JournalEntry> entries = store.journal(0, 100);
      for (int i = 0; i < 40; i++) {
        assertEquals(i + 1, entries.get(i).position());
      }
    }
  }

  /** The batch trusts its caller, so that bytes that do not fit can be brought in here. */
  @Test
  void aBlockThatDoesNotHashToItsCidIsNeverServed() {
    try (BlockStore store = open()) {
      Cid cid = raw(bytes("right"));
      Batch batch = new Batch();
      batch.put(cid, bytes("wrong"));
      store.commit(batch);
      StorageException.Corrupt corrupt =
          assertThrows(StorageException.Corrupt.class, () -> store.get(cid));
      assertEquals(cid, corrupt.cid());
      assertEquals(ErrorCode.BLOCK_CORRUPT, corrupt.code());
    }
  }

  @Test
  void aBlockHasAtMostTwoMebibytes() {
    try (BlockStore store = open()) {
      byte[] full = new byte[BlockStore.MAX_BLOCK_BYTES];
      Batch batch = new Batch();
      batch.put(raw(full), full);
      store.commit(batch);
      assertArrayEquals(full, store.get(raw(full)).orElseThrow());
      byte[] large = new byte[BlockStore.MAX_BLOCK_BYTES + 1];
      assertEquals(
          ErrorCode.BLOCK_TOO_LARGE,
          assertThrows(FormatException.class, () -> batch.put(raw(large), large)).code());
    }
  }

  @Test
  void everyBlockIsVisitedOnce() {
    try (BlockStore store = open()) {
      Set<Cid> put = new HashSet<>();
      Batch batch = new Batch();
      for (int i = 0; i < 50; i++) {
        byte[] block = bytes("block " + i);
        batch.put(raw(block), block);
        put.add(raw(block));
      }
      store.commit(batch);
      store.commit(batch);
      List<Cid> visited = new java.util.ArrayList<>();
      store.eachBlock(visited::add);
      assertEquals(50, visited.size());
      assertEquals(put, new HashSet<>(visited));
    }
  }
}
