package org.dxos.dmg.admission;

import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.SpaceLog;

/**
 * What came of entries of a space's log that somebody carried here.
 *
 * @param log as it stands now; empty if no entry is held
 * @param added envelopes that are new
 * @param refusal of the first that is not valid, or of which the entry before is not held
 */
public record LearnedSpace(
    Optional<SpaceLog> log, Set<Cid> added, Optional<AdmissionException.Refused> refusal) {

  public LearnedSpace {
    added = Set.copyOf(added);
  }

  /** The log, if nothing was refused. */
  public SpaceLog orThrow() {
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    return log.orElseThrow();
  }
}
