package org.dxos.dmg.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MemoryBlockStoreTest extends BlockStoreContract {

  private final MemoryBlockStore store = new MemoryBlockStore(new Random(1));

  @Override
  BlockStore open() {
    return store;
  }

  @Test
  void aCopyGoesItsOwnWay() {
    Batch batch = new Batch();
    batch.put(raw(bytes("one")), bytes("one"));
    batch.admit(JournalEntry.Kind.HEAD, cbor("id"), cbor("head"));
    store.commit(batch);
    MemoryBlockStore copy = store.copy();
    Batch more = new Batch();
    more.put(raw(bytes("two")), bytes("two"));
    more.set("tip", bytes("there"));
    copy.commit(more);
    assertArrayEquals(store.journalId(), copy.journalId());
    assertEquals(1, copy.journalEnd());
    assertTrue(copy.has(raw(bytes("one"))) && copy.has(raw(bytes("two"))));
    assertFalse(store.has(raw(bytes("two"))));
    assertTrue(store.register("tip").isEmpty());
  }
}
