package org.dxos.dmg.sync.replica;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.SpaceEntry.Role;

/** The spaces that a node holds. Safe for many threads. */
public interface HeldSpaces {

  /** None, for a node that is public alone. */
  HeldSpaces NONE =
      new HeldSpaces() {
        @Override
        public List<SpaceHolder> all() {
          return List.of();
        }

        @Override
        public Optional<SpaceHolder> of(Cid space) {
          return Optional.empty();
        }

        @Override
        public void enter(Cid space, String from) {}

        @Override
        public void admit(Cid space, String peer, Role role) {}
      };

  List<SpaceHolder> all();

  Optional<SpaceHolder> of(Cid space);

  /**
   * Begins to hold a space.
   *
   * @param from the peer that invited this node into it, base58
   */
  void enter(Cid space, String from);

  /**
   * Lets a peer into a space that has used an invitation of this node: durable when this returns.
   *
   * @param peer base58
   */
  void admit(Cid space, String peer, Role role);
}
