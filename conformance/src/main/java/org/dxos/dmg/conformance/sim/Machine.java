package org.dxos.dmg.conformance.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.dxos.dmg.admission.HeadKeys;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Rules;
import org.dxos.dmg.sync.wire.Cursor;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.verdict.AuthorityView;

/** One node: a disk, the keys of its heads, and the process over them, which can end and begin. */
final class Machine implements Holder, AutoCloseable {

  final String name;
  final boolean honest;
  final Disk disk;
  final Map<String, Cursor> cursors = new HashMap<>();
  private final List<SigningKey> keys;
  private final LongSupplier clock;
  private Registrar registrar;

  /**
   * @param clock seconds, UTC, as this machine has it
   */
  Machine(
      String name,
      boolean honest,
      MemoryBlockStore store,
      List<SigningKey> keys,
      LongSupplier clock) {
    this.name = name;
    this.honest = honest;
    this.disk = new Disk(store);
    this.keys = new ArrayList<>(keys);
    this.clock = clock;
    this.registrar = boot();
  }

  /** Those that sign heads here, as they are now. */
  HeadKeys headKeys() {
    return new HeadKeys(keys);
  }

  private Registrar boot() {
    return new Registrar(
        disk,
        headKeys(),
        () -> Instant.ofEpochSecond(clock.getAsLong()),
        Thread.ofVirtual().factory());
  }

  /** The process ends as it is, and another begins over the same disk. */
  void restart() {
    disk.fail(Disk.Fault.NONE);
    registrar.close();
    registrar = boot();
  }

  /** From now on this machine can sign heads with one key more. */
  void addKey(SigningKey key) {
    keys.add(key);
    restart();
  }

  List<SigningKey> keys() {
    return List.copyOf(keys);
  }

  long now() {
    return clock.getAsLong();
  }

  Registrar registrar() {
    return registrar;
  }

  @Override
  public BlockStore store() {
    return disk;
  }

  @Override
  public MerkleSearchTree tree() {
    return registrar.tree();
  }

  @Override
  public Optional<AuthorityView> authority(Cid id) {
    return registrar.authority(id).filter(view -> !Registrar.isLocal(view.name()));
  }

  @Override
  public Rules rules() {
    return Rules.NONE;
  }

  @Override
  public boolean admits(String authority) {
    return !Registrar.isLocal(authority);
  }

  @Override
  public boolean isPinned(Cid genesis) {
    return false;
  }

  @Override
  public Quota.Limits quota() {
    return Quota.Limits.STANDARD;
  }

  @Override
  public Learned learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    return registrar.learn(genesis, envelopes, offered, Registrar.Binding.FIRST_USE);
  }

  @Override
  public void keep(Map<Cid, byte[]> blocks) {
    Batch batch = new Batch();
    blocks.forEach(batch::put);
    disk.commit(batch);
  }

  @Override
  public List<Waiting> waiting() {
    return List.of();
  }

  @Override
  public void answered(Cid statement, Submitted answer) {
    throw new UnsupportedOperationException("nothing waits in a simulated node");
  }

  @Override
  public Submitted submit(Cid statement, BlockSource offered) {
    throw new UnsupportedOperationException("statements are handed to their home");
  }

  @Override
  public void close() {
    registrar.close();
  }
}
