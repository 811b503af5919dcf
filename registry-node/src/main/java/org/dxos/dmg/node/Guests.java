package org.dxos.dmg.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.admission.SpaceRegisters;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.SpaceEntry.Member;
import org.dxos.dmg.trust.SpaceEntry.Role;
import org.dxos.dmg.verdict.SpaceLog;

/**
 * Who came into a space by an invitation of this node, and is not listed in its log yet. A guest is
 * one here alone, and until anything comes to the log: a next entry lists him, or he is none any
 * more, and after a fork of it he is none either.
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
        DagCbor.encode(
            new MapBuilder()
                .put("role", role.text())
                .put("log", SpaceRegisters.log(store).map(Guests::asOf), Node::of)
                .build()));
    store.commit(batch);
  }

  /**
   * What a log says now: another entry, or another fork of it, gives another. Which entry of its
   * line is the newest says too little: after a fork that is one that was followed already.
   */
  private static Cid asOf(SpaceLog log) {
    return DagCbor.cid(
        DagCbor.encode(
            new MapBuilder()
                .put("entry", Node.of(log.last().envelope().body()))
                .put(
                    "forks",
                    log.forks().stream().map(one -> DagCbor.cid(one.encode())).sorted().toList(),
                    Node::of)
                .build()));
  }

  /** What a guest may do; empty for whoever is none. */
  Optional<Role> role(PeerId peer, SpaceLog log) {
    return store
        .register(GUEST + peer)
        .map(value -> Fields.of("guest", ErrorCode.STORAGE, DagCbor.decode(value)))
        .filter(fields -> fields.optionalLink("log").equals(Optional.of(asOf(log))))
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
