package org.dxos.dmg.conformance.sim;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.cid.Cid;

/**
 * A disk whose machine can lose power at the next commit, just before it is written or just after,
 * and on which bits can flip.
 */
final class Disk implements BlockStore {

  /** The power is gone. Nothing of the process goes on. */
  static final class PowerLoss extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** When the power goes. */
  enum Fault {
    NONE,
    BEFORE_WRITE,
    AFTER_WRITE
  }

  private final MemoryBlockStore store;
  private Fault next = Fault.NONE;

  Disk(MemoryBlockStore store) {
    this.store = store;
  }

  /** The power goes at the next commit. */
  synchronized void fail(Fault fault) {
    next = fault;
  }

  /** The bytes of a block become others, behind the back of whoever reads them. */
  void overwrite(Cid cid, byte[] bytes) {
    Batch batch = new Batch();
    batch.put(cid, bytes);
    store.commit(batch);
  }

  MemoryBlockStore copy() {
    return store.copy();
  }

  @Override
  public synchronized long commit(Batch batch) {
    Fault fault = next;
    next = Fault.NONE;
    if (fault == Fault.BEFORE_WRITE) {
      throw new PowerLoss();
    }
    long position = store.commit(batch);
    if (fault == Fault.AFTER_WRITE) {
      throw new PowerLoss();
    }
    return position;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    return store.get(cid);
  }

  @Override
  public boolean has(Cid cid) {
    return store.has(cid);
  }

  @Override
  public Optional<byte[]> register(String name) {
    return store.register(name);
  }

  @Override
  public List<String> registers(String prefix) {
    return store.registers(prefix);
  }

  @Override
  public byte[] journalId() {
    return store.journalId();
  }

  @Override
  public long journalEnd() {
    return store.journalEnd();
  }

  @Override
  public List<JournalEntry> journal(long position, int limit) {
    return store.journal(position, limit);
  }

  @Override
  public void eachBlock(Consumer<Cid> visitor) {
    store.eachBlock(visitor);
  }

  @Override
  public long size(Cid cid) {
    return store.size(cid);
  }

  @Override
  public void compact() {
    store.compact();
  }

  @Override
  public void checkpoint(Path home) {
    store.checkpoint(home);
  }

  @Override
  public void close() {
    store.close();
  }
}
