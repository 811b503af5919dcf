package org.dxos.dmg.node;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.verdict.SpaceLog;

/** A space as this node has it: what it is called here, who is in it, and what this node is. */
final class SpaceHere {

  private static final String CALLED = "space/called";
  private static final String LET_IN = "space/let-in";

  private final BlockStore store;
  private final Registrar registrar;
  private final PeerId peer;

  /**
   * @param store of the space
   * @param peer this node
   */
  SpaceHere(BlockStore store, Registrar registrar, PeerId peer) {
    this.store = store;
    this.registrar = registrar;
    this.peer = peer;
  }

  /** The space that this is the registry of, as it stands. */
  SpaceInfo info() {
    Optional<SpaceLog> log = registrar.space();
    return new SpaceInfo(
        registrar.chain().space().orElseThrow(),
        store.register(CALLED).map(name -> new String(name, StandardCharsets.UTF_8)),
        log.map(one -> one.last().cid()),
        log.map(SpaceLog::contested).orElse(false),
        log.map(one -> one.last().body().members()).orElse(List.of()),
        log.map(one -> new Guests(store).all(one)).orElse(List.of()),
        log.flatMap(one -> one.role(peer)),
        place(log),
        registrar.root());
  }

  /** What this node is in the space, for all that it knows. */
  private SpaceInfo.Place place(Optional<SpaceLog> log) {
    Optional<byte[]> let = store.register(LET_IN);
    boolean answered = let.filter(value -> value[0] == 1).isPresent();
    if (log.isEmpty()) {
      return SpaceInfo.Place.WAITING;
    }
    if (log.get().role(peer).isEmpty()) {
      return answered ? SpaceInfo.Place.GUEST : SpaceInfo.Place.OUT;
    }
    return let.isPresent() && !answered ? SpaceInfo.Place.REFUSED : SpaceInfo.Place.MEMBER;
  }

  /** Notes whether any member that was asked lately has answered. */
  void letIn(boolean answered) {
    byte[] value = {(byte) (answered ? 1 : 0)};
    if (store.register(LET_IN).filter(before -> Arrays.equals(before, value)).isEmpty()) {
      Batch batch = new Batch();
      batch.set(LET_IN, value);
      store.commit(batch);
    }
  }

  /** Says what a space is called at this node. */
  void call(String name) {
    Batch batch = new Batch();
    batch.set(CALLED, name.getBytes(StandardCharsets.UTF_8));
    store.commit(batch);
  }
}
