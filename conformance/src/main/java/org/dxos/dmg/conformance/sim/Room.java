package org.dxos.dmg.conformance.sim;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.admission.SpaceRegisters;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.sync.replica.HeldSpaces;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Rules;
import org.dxos.dmg.sync.replica.SpaceHolder;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;

/** A space at one machine: a disk of its own, and the process over it. */
final class Room implements SpaceHolder, HeldSpaces, AutoCloseable {

  final Disk disk;
  private final Machine machine;
  private final Cid id;
  private Registrar registrar;

  Room(Machine machine, Cid id, MemoryBlockStore store) {
    this.machine = machine;
    this.id = id;
    this.disk = new Disk(store);
    if (SpaceRegisters.space(disk).isEmpty()) {
      SpaceRegisters.found(id, disk);
    }
    this.registrar = boot();
  }

  private Registrar boot() {
    return new Registrar(
        disk,
        machine.headKeys(),
        () -> Instant.ofEpochSecond(machine.now()),
        Thread.ofVirtual().factory(),
        name -> machine.registrar().authority(name).map(AuthorityView::id),
        name -> machine.registrar().authority(name));
  }

  /** The process ends as it is, and another begins over the same disk. */
  void restart() {
    disk.fail(Disk.Fault.NONE);
    registrar.close();
    registrar = boot();
  }

  Registrar registrar() {
    return registrar;
  }

  /** Takes what this machine knows in public of the keys of an authority. */
  void bringKeys(Cid genesis) {
    machine
        .registrar()
        .authority(genesis)
        .ifPresent(
            view -> {
              Learned unused =
                  registrar.learn(
                      genesis,
                      view.log().entries().stream().map(Signed::cid).toList(),
                      machine.disk,
                      Registrar.Binding.FIRST_USE);
            });
  }

  @Override
  public Cid id() {
    return id;
  }

  @Override
  public Optional<SpaceLog> space() {
    return registrar.space();
  }

  @Override
  public Optional<Role> role(String peer) {
    return space().flatMap(log -> log.role(PeerId.parse(peer)));
  }

  @Override
  public boolean mayAsk(String peer) {
    return space().isEmpty() || role(peer).isPresent();
  }

  @Override
  public LearnedSpace learnLog(List<Cid> envelopes, BlockSource offered) {
    return registrar.learnSpace(envelopes, offered);
  }

  // ---- the one space that there is ----

  @Override
  public List<SpaceHolder> all() {
    return List.of(this);
  }

  @Override
  public Optional<SpaceHolder> of(Cid space) {
    return space.equals(id) ? Optional.of(this) : Optional.empty();
  }

  @Override
  public void enter(Cid space, String from) {
    throw new UnsupportedOperationException("nobody is invited in a simulation");
  }

  @Override
  public void admit(Cid space, String peer, Role role) {
    throw new UnsupportedOperationException("nobody is invited in a simulation");
  }

  // ---- as a holder ----

  @Override
  public BlockStore store() {
    return disk;
  }

  @Override
  public MerkleSearchTree tree() {
    return registrar.tree();
  }

  @Override
  public Optional<AuthorityView> authority(Cid genesis) {
    return registrar.authority(genesis);
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
