package org.dxos.dmg.verdict;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.Head;

/**
 * The verdict on an authority: which entry of its key log and which of its heads count, and which
 * statements do not although a head added them. {@link Axiom} reaches it from what is held alone,
 * so whoever holds the same says the same.
 *
 * @param log the branch of the key log to the tip, or to the last common entry while contested
 * @param tip the last head that stands; empty if none does
 * @param voided envelopes of statements that heads up to the tip added, and that do not count
 * @param contest whether something is contested, and what
 * @param forks the proofs of all forks, whether or not they were resolved since
 * @param awaited heads that the key log names as the last good ones of keys, and that are not held:
 *     what they keep is not known, so the home signs nothing until they are
 */
public record Standing(
    KeyLog log,
    Optional<Signed<Head>> tip,
    Set<Cid> voided,
    Contest contest,
    List<Fork> forks,
    Set<Cid> awaited) {

  /** What has to be settled by people before anything new is admitted. */
  public enum Contest {
    /** Nothing. */
    NONE,
    /** The key log forked, and recovery has not resolved it. */
    KEYS,
    /** Two heads stand for one slot. */
    HEADS
  }

  public Standing {
    voided = Set.copyOf(voided);
    forks = List.copyOf(forks);
    awaited = Set.copyOf(awaited);
  }

  /** The block of the node tree that says this. */
  public AuthorityState state() {
    Optional<Signed<Head>> inSpace = tip.filter(head -> head.body().space().isPresent());
    return new AuthorityState(
        log.last().cid(),
        tip.filter(_ -> inSpace.isEmpty()).map(Signed::cid),
        inSpace.map(Signed::cid),
        forks.stream().map(Axiom::cid).sorted().toList());
  }
}
