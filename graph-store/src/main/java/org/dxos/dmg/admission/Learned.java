package org.dxos.dmg.admission;

import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;

/**
 * What came of envelopes of a key log and of heads that were offered.
 *
 * @param authority as it stands now; empty if it is not held
 * @param added envelopes that are held now and were not
 * @param waiting envelopes that link to something not held; they are not kept
 * @param refusal of the first that is not valid; the others are judged all the same
 * @param position the journal's end, with what was added
 */
public record Learned(
    Optional<AuthorityView> authority,
    Set<Cid> added,
    Set<Cid> waiting,
    Optional<AdmissionException.Refused> refusal,
    long position) {

  public Learned {
    added = Set.copyOf(added);
    waiting = Set.copyOf(waiting);
  }

  /**
   * The authority, if everything offered is held now.
   *
   * @throws AdmissionException.Refused if something was not valid, or waits
   */
  public AuthorityView orThrow() {
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    if (authority.isEmpty() || !waiting.isEmpty()) {
      throw new AdmissionException.Refused(
          org.dxos.dmg.error.ErrorCode.BLOCK_MISSING,
          "admit key log entries and heads: %s link to what is not held"
              .formatted(
                  waiting.isEmpty()
                      ? "they"
                      : waiting.stream().sorted().limit(3).map(one -> "`" + one + "`").toList()),
          "send along what they link to, oldest first");
    }
    return authority.get();
  }
}
