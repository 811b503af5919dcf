package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.admission.SpaceRegisters;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.SpaceLog;

/**
 * Who came into a space by an invitation of this node, and is not listed in its log yet. A guest is
 * one here alone, and until the next entry: that lists him, or he is none any more.
 */
final class Guests {

  private static final String GUEST = "guest/";

  private final BlockStore store;

  /**
   * @param store of the space
   */
  Guests(BlockStore store) {
    this.store = store;
  }

  /** Lets a peer in, on disk when this returns. */
  void admit(PeerId peer, Role role) {
    Batch batch = new Batch();
    batch.set(
        GUEST + peer,
        DagCbor.encode(new MapBuilder().put("role", role.text()).put("seq", seq()).build()));
    store.commit(batch);
  }

  private long seq() {
    return SpaceRegisters.log(store).map(log -> log.last().body().seq()).orElse(0L);
  }

  /** What a guest may do; empty for whoever is none. */
  Optional<Role> role(PeerId peer, SpaceLog log) {
    return store
        .register(GUEST + peer)
        .map(value -> Fields.of("guest", ErrorCode.STORAGE, DagCbor.decode(value)))
        .filter(fields -> fields.uint("seq") == log.last().body().seq())
        .map(fields -> Role.parse(fields.text("role")));
  }

  /** All guests. */
  List<Member> all(SpaceLog log) {
    List<Member> guests = new ArrayList<>();
    for (String register : store.registers(GUEST)) {
      PeerId peer = PeerId.parse(register.substring(GUEST.length()));
      if (log.role(peer).isEmpty()) {
        role(peer, log).ifPresent(role -> guests.add(new Member(peer, role)));
      }
    }
    return guests;
  }
}
