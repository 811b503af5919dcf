package org.dxos.dmg.sync.replica;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.admission.LearnedSpace;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.SpaceEntry.Role;

/** What a node holds of one space, and its door. Safe for many threads. */
public interface SpaceHolder extends Holder {

  /** The space's id. */
  Cid id();

  /**
   * What a peer may do here now; empty for a stranger. Asked at each request.
   *
   * @param peer base58
   */
  Optional<Role> role(String peer);

  /**
   * True if a peer may be asked about this space: it is a member, or it invited this node and the
   * space's log has not come yet. Nobody else is to learn that there is such a space.
   */
  boolean mayAsk(String peer);

  /**
   * True if a peer may be asked who is in this space, and no more: it may be asked, or is known to
   * have been a member once, so that it knows of the space already, and that this node is or was in
   * it. It may have been let in again.
   */
  default boolean mayAskLog(String peer) {
    return mayAsk(peer);
  }

  /**
   * The newest entry of the log that a peer has seen for sure: who may be no member any more is not
   * told of later ones. Empty if there is none, or if it lists this node nowhere up to there.
   */
  default Optional<Cid> knownTo(String peer) {
    return Optional.empty();
  }

  /** A peer has answered as a member is answered; of a peer that is no member it says nothing. */
  default void answered(String peer) {}

  /** A peer has answered as whoever is no member is answered. */
  default void refused(String peer) {}

  /**
   * Takes entries of the space's log.
   *
   * @param envelopes oldest first
   */
  LearnedSpace learnLog(List<Cid> envelopes, BlockSource offered);
}
