package org.dxos.dmg.block;

import java.nio.charset.StandardCharsets;
import org.dxos.dmg.cid.Cid;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;

/**
 * What can be read of a database whose files are damaged goes into another store. Each part answers
 * how many gaps there were in it: 0 if it was read whole.
 */
final class Rescue {

  private static final long BATCH_BYTES = 8L * 1024 * 1024;

  private final RocksDB from;
  private final BlockStore into;
  private Batch batch = new Batch();
  private long bytes;

  Rescue(RocksDB from, BlockStore into) {
    this.from = from;
    this.into = into;
  }

  int registers(ColumnFamilyHandle family) {
    return walk(
        family,
        (name, value) -> {
          batch.set(new String(name, StandardCharsets.US_ASCII), value);
          step(value.length);
        });
  }

  int journal(ColumnFamilyHandle family) {
    return walk(
        family,
        (_, value) -> {
          JournalEntry entry = JournalEntry.decode(1, value);
          batch.admit(entry.kind(), entry.genesis(), entry.envelope());
          step(value.length);
        });
  }

  /** Of the blocks those that hash to their CIDs. */
  int blocks(ColumnFamilyHandle family) {
    return walk(
        family,
        (key, value) -> {
          Cid cid = Cid.fromBytes(key);
          if (cid.matches(value)) {
            batch.put(cid, value);
            step(value.length);
          }
        });
  }

  private int walk(ColumnFamilyHandle family, Salvage.Taker taker) {
    int gaps = Salvage.walk(from, family, taker);
    commit();
    return gaps;
  }

  private void step(int more) {
    bytes += more;
    if (bytes > BATCH_BYTES) {
      commit();
    }
  }

  private void commit() {
    if (!batch.isEmpty()) {
      into.commit(batch);
    }
    batch = new Batch();
    bytes = 0;
  }
}
