package org.dxos.dmg.conformance.sim;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.admission.SpaceRegisters;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.MemoryBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.sync.replica.HeldSpaces;
import org.dxos.dmg.sync.replica.SpaceHolder;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;

/** A space at one machine: a disk of its own, and the process over it. */
final class Room extends Running implements SpaceHolder, HeldSpaces {

  private final Machine machine;
  private final Cid id;

  Room(Machine machine, Cid id, MemoryBlockStore store) {
    super(new Disk(store));
    this.machine = machine;
    this.id = id;
    if (SpaceRegisters.space(disk).isEmpty()) {
      SpaceRegisters.found(id, disk);
    }
    begin();
  }

  @Override
  String name() {
    return machine.name + " in the space";
  }

  Machine machine() {
    return machine;
  }

  @Override
  Registrar boot() {
    return new Registrar(
        disk,
        machine.headKeys(),
        () -> Instant.ofEpochSecond(machine.now()),
        Thread.ofVirtual().factory(),
        name -> machine.registrar().authority(name).map(AuthorityView::id),
        name -> machine.registrar().authority(name));
  }

  /** Takes what this machine knows in public of the keys of an authority. */
  void bringKeys(Cid genesis) {
    machine
        .registrar()
        .authority(genesis)
        .ifPresent(
            view -> {
              Learned unused =
                  registrar()
                      .learn(
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
    return registrar().space();
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
    return registrar().learnSpace(envelopes, offered);
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
}
