package org.dxos.dmg.verdict;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SpaceEntry;

/** When an entry of a space's log is valid: as those of an authority's key log, by owners alone. */
public final class SpaceRules {

  private SpaceRules() {}

  /** Checks a genesis beside nothing else: its owners have signed it, and nobody besides. */
  public static void requireGenesis(Signed<SpaceEntry> signed) {
    SpaceEntry entry = signed.body();
    if (entry.seq() != 0) {
      throw new AdmissionException.Refused(
          ErrorCode.SEQ_GAP,
          "admit space `%s`: seq %d, expected the genesis with seq 0"
              .formatted(signed.cid(), entry.seq()));
    }
    requireReached(signed, "owners", entry.owners());
    requireSigners(signed, entry.owners(), entry.owners());
    signed.requireSigned();
  }

  /**
   * Checks an entry beside the one before it.
   *
   * @param before the entry that its {@code prev} names, which is valid
   * @param id the space's id
   */
  public static void requireNext(Signed<SpaceEntry> signed, SpaceEntry before, Cid id) {
    SpaceEntry entry = signed.body();
    if (entry.seq() != before.seq() + 1) {
      throw new AdmissionException.Refused(
          ErrorCode.SEQ_GAP,
          "admit space entry `%s`: seq %d after seq %d"
              .formatted(signed.cid(), entry.seq(), before.seq()));
    }
    if (!entry.genesis().equals(Optional.of(id))) {
      throw refused(signed, "it is of another space than the entry before it");
    }
    requireReached(signed, "owners before it", before.owners());
    if (!entry.owners().equals(before.owners())) {
      requireReached(signed, "new owners", entry.owners());
    }
    requireSigners(signed, entry.owners(), before.owners());
    signed.requireSigned();
  }

  private static void requireReached(Signed<SpaceEntry> signed, String who, KeySet keys) {
    if (!keys.reachedBy(signed.body().signers())) {
      throw refused(signed, "too few of the " + who + " sign, expected " + keys.threshold());
    }
  }

  private static void requireSigners(Signed<SpaceEntry> signed, KeySet one, KeySet other) {
    for (PublicKey signer : signed.body().signers()) {
      if (!one.keys().contains(signer) && !other.keys().contains(signer)) {
        throw refused(signed, "signer `" + signer + "` is no owner");
      }
    }
  }

  private static AdmissionException refused(Signed<SpaceEntry> signed, String what) {
    return new AdmissionException.Refused(
        ErrorCode.POLICY_INVALID,
        "admit space entry `%s`: %s".formatted(signed.envelope().body(), what));
  }
}
