package org.dxos.dmg.verdict;

import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Head;

/**
 * What a reader asks of heads by their links alone, who holds neither all heads nor their states:
 * which comes before which, and whether one still stands.
 */
public final class HeadChain {

  private HeadChain() {}

  /**
   * True if one head is another, or before it. Of one body there may be several envelopes; they are
   * the same head.
   *
   * @param blocks has every head from {@code other} back to the epoch of {@code one}
   * @throws AdmissionException.Refused with {@link org.dxos.dmg.error.ErrorCode#BLOCK_MISSING} if
   *     it does not
   */
  public static boolean leadsTo(BlockSource blocks, Signed<Head> one, Signed<Head> other) {
    Signed<Head> at = other;
    while (at.body().epoch() > one.body().epoch()) {
      Optional<org.dxos.dmg.cid.Cid> prev = at.body().prev();
      if (prev.isEmpty()) {
        return false;
      }
      Signed<Head> before = Signed.read(blocks, prev.get(), Head.class);
      if (!before.body().space().equals(at.body().space())) {
        throw new AdmissionException.Refused(
            ErrorCode.HEAD_REFUSED,
            "follow head `%s` to the one before it: `%s` is of another chain"
                .formatted(at.cid(), before.cid()));
      }
      if (before.body().epoch() != at.body().epoch() - 1) {
        throw new AdmissionException.Refused(
            ErrorCode.SEQ_GAP,
            "follow head `%s` to the one before it: epoch %d after epoch %d"
                .formatted(at.cid(), at.body().epoch(), before.body().epoch()));
      }
      at = before;
    }
    return at.envelope().body().equals(one.envelope().body());
  }

  /**
   * True if a head stands under a key log as far as keys say: its entry is on the branch, it is
   * signed by the home that this entry names, and that key is not revoked, or was so later.
   *
   * @param chain of which it is to be
   * @param log the whole of what is known of the key log
   * @throws AdmissionException.Refused if its signature is not the home's, or a block is missing
   */
  public static boolean stands(BlockSource blocks, Signed<Head> head, Chain chain, KeyLog log) {
    Optional<KeyLog> then = log.upTo(head.body().keyHead());
    if (then.isEmpty()) {
      return false;
    }
    HeadRules.requireSignature(head, chain, then.get());
    AuthorityEntry entry = then.get().last().body();
    return chain.revocation(log.id(), log.last().body(), entry.home().headKey()).stream()
        .allMatch(revoked -> keeps(blocks, revoked, head));
  }

  /** True if a revocation leaves what {@code head} is or added as it was. */
  public static boolean keeps(BlockSource blocks, Revoked revoked, Signed<Head> head) {
    return revoked
        .lastGood()
        .map(lastGood -> leadsTo(blocks, head, Signed.read(blocks, lastGood, Head.class)))
        .orElse(false);
  }
}
