package org.dxos.dmg.conformance.sim;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.Receipt;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Rules;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.verdict.AuthorityView;

/** A disk, and the process over it, which can end and begin: what is held there, and its door. */
abstract class Running implements Holder, AutoCloseable {

  final Disk disk;
  private Optional<Registrar> registrar = Optional.empty();

  /** Nothing runs yet: {@link #begin} is for the constructors of those who know what. */
  Running(Disk disk) {
    this.disk = disk;
  }

  /** What it is called in what is told of it. */
  abstract String name();

  /** The registrar of a process that begins. */
  abstract Registrar boot();

  final void begin() {
    registrar = Optional.of(boot());
  }

  /** The process ends as it is. */
  final void end() {
    disk.fail(Disk.Fault.NONE);
    registrar.ifPresent(Registrar::close);
    registrar = Optional.empty();
  }

  /** The process ends as it is, and another begins over the same disk. */
  final void restart() {
    end();
    begin();
  }

  final Registrar registrar() {
    return registrar.orElseThrow();
  }

  /**
   * Hands statements in: one as one does, several at once, so that they share a head.
   *
   * @return in that order, what became of each
   */
  final List<CompletableFuture<Receipt>> handIn(List<Cid> statements, BlockSource offered) {
    if (statements.size() > 1) {
      return registrar().submitAll(statements, offered);
    }
    try {
      return List.of(registrar().submit(statements.getFirst(), offered));
    } catch (RuntimeException e) {
      return List.of(CompletableFuture.failedFuture(e));
    }
  }

  @Override
  public final BlockStore store() {
    return disk;
  }

  @Override
  public final MerkleSearchTree tree() {
    return registrar().tree();
  }

  @Override
  public Optional<AuthorityView> authority(Cid genesis) {
    return registrar().authority(genesis);
  }

  @Override
  public final Rules rules() {
    return Rules.NONE;
  }

  @Override
  public final boolean admits(String authority) {
    return !Registrar.isLocal(authority);
  }

  @Override
  public final boolean isPinned(Cid genesis) {
    return false;
  }

  @Override
  public final Quota.Limits quota() {
    return Quota.Limits.STANDARD;
  }

  @Override
  public final Learned learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    return registrar().learn(genesis, envelopes, offered, Registrar.Binding.FIRST_USE);
  }

  @Override
  public final void keep(Map<Cid, byte[]> blocks) {
    Batch batch = new Batch();
    blocks.forEach(batch::put);
    disk.commit(batch);
  }

  @Override
  public final List<Waiting> waiting() {
    return List.of();
  }

  @Override
  public final void answered(Cid statement, Submitted answer) {
    throw new UnsupportedOperationException("nothing waits in a simulated node");
  }

  @Override
  public final Weighed weigh(Cid statement, BlockSource offered) {
    throw new UnsupportedOperationException("statements are handed to their home");
  }

  @Override
  public final Submitted submit(Cid statement, BlockSource offered) {
    throw new UnsupportedOperationException("statements are handed to their home");
  }

  @Override
  public final void close() {
    end();
  }
}
