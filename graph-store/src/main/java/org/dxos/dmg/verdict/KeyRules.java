package org.dxos.dmg.verdict;

import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.PublicKey;

/** When an entry of a key log is valid. */
public final class KeyRules {

  private KeyRules() {}

  /** Checks a genesis beside nothing else: name, thresholds, signers, signatures. */
  public static void requireGenesis(Signed<AuthorityEntry> signed) {
    AuthorityEntry entry = signed.body();
    if (entry.seq() != 0) {
      throw new AdmissionException.Refused(
          ErrorCode.SEQ_GAP,
          "admit key log entry `%s`: seq %d, expected the genesis with seq 0"
              .formatted(signed.cid(), entry.seq()));
    }
    Authority authority = Authority.parse(entry.authority());
    if (!authority.text().equals(authority.base()) || !authority.text().equals(entry.authority())) {
      throw refused(
          signed,
          "authority `"
              + entry.authority()
              + "` is not spelled as a name without `~id`, in lower case");
    }
    requireKeyAuthority(signed);
    if (!entry.revoked().isEmpty() || entry.resolves().isPresent()) {
      throw refused(signed, "a genesis revokes and resolves nothing");
    }
    requireReached(signed, "owners", entry.owners());
    requireReached(signed, "recovery keys", entry.recovery());
    requireSigners(signed, List.of(entry));
    signed.requireSigned();
  }

  /**
   * Checks an entry beside the one before it.
   *
   * @param signed the entry
   * @param before the entry that its {@code prev} names, which is valid
   * @param id the authority id
   * @param ancestor whether the first head is an ancestor of the second, or the same; both are
   *     envelopes. It may throw {@link ErrorCode#BLOCK_MISSING} if the second is not held
   */
  public static void requireNext(
      Signed<AuthorityEntry> signed,
      AuthorityEntry before,
      Cid id,
      BiPredicate<Cid, Cid> ancestor) {
    AuthorityEntry entry = signed.body();
    if (entry.seq() != before.seq() + 1) {
      throw new AdmissionException.Refused(
          ErrorCode.SEQ_GAP,
          "admit key log entry `%s`: seq %d after seq %d"
              .formatted(signed.cid(), entry.seq(), before.seq()));
    }
    if (!entry.genesis().equals(Optional.of(id)) || !entry.authority().equals(before.authority())) {
      throw refused(
          signed,
          "it is of `%s`, authority `%s`; the entry before it of `%s`, authority `%s`"
              .formatted(
                  entry.authority(),
                  entry.genesis().map(Cid::toString).orElse("none"),
                  before.authority(),
                  id));
    }
    requireKeyAuthority(signed);
    requireThresholds(signed, before);
    requireSigners(signed, List.of(entry, before));
    requireRevocations(signed, before, ancestor);
    signed.requireSigned();
  }

  /** True if the recovery keys of {@code before} have signed {@code entry}. */
  public static boolean recoverySigned(AuthorityEntry entry, AuthorityEntry before) {
    return before.recovery().reachedBy(entry.signers());
  }

  /**
   * An entry on a branch, after the fork.
   *
   * @param id of its body
   * @param recovered whether it is recovery-signed
   */
  record Step(Cid id, AuthorityEntry body, boolean recovered) {}

  /**
   * Of two branches, one with a recovery-signed entry after the fork beats one without; of two with
   * such, the one that resolves the other, unless the other resolves it too.
   *
   * @param side what follows the fork on one branch, at least one entry
   * @param otherSide on the other
   * @param bodyOf of which body an envelope is, as far as known
   */
  static boolean beats(List<Step> side, List<Step> otherSide, Function<Cid, Optional<Cid>> bodyOf) {
    boolean recovered = side.stream().anyMatch(Step::recovered);
    if (otherSide.stream().noneMatch(Step::recovered)) {
      return recovered;
    }
    return recovered && resolves(side, otherSide, bodyOf) && !resolves(otherSide, side, bodyOf);
  }

  private static boolean resolves(
      List<Step> side, List<Step> otherSide, Function<Cid, Optional<Cid>> bodyOf) {
    Optional<Cid> first = Optional.of(otherSide.getFirst().id());
    return side.stream()
        .flatMap(step -> step.body().resolves().stream())
        .anyMatch(envelope -> bodyOf.apply(envelope).equals(first));
  }

  private static void requireThresholds(Signed<AuthorityEntry> signed, AuthorityEntry before) {
    AuthorityEntry entry = signed.body();
    boolean recovered = recoverySigned(entry, before);
    if (!recovered && !before.owners().reachedBy(entry.signers())) {
      throw refused(
          signed,
          "it is signed by neither %d of the owners nor %d of the recovery keys of seq %d"
              .formatted(before.owners().threshold(), before.recovery().threshold(), before.seq()));
    }
    if (!entry.owners().equals(before.owners())) {
      requireReached(signed, "new owners", entry.owners());
    }
    if (!entry.recovery().equals(before.recovery())) {
      requireReached(signed, "recovery keys before it", before.recovery());
      requireReached(signed, "new recovery keys", entry.recovery());
    }
    if (entry.resolves().isPresent() && !recovered) {
      throw refused(signed, "it resolves a fork, which only recovery keys may");
    }
  }

  private static void requireRevocations(
      Signed<AuthorityEntry> signed, AuthorityEntry before, BiPredicate<Cid, Cid> ancestor) {
    AuthorityEntry entry = signed.body();
    for (Revoked old : before.revoked()) {
      Revoked now =
          entry
              .revocation(old.key())
              .orElseThrow(
                  () ->
                      refused(
                          signed,
                          "key `" + old.key() + "` is revoked for ever, and left out here"));
      if (now.lastGood().equals(old.lastGood()) || now.lastGood().isEmpty()) {
        continue;
      }
      if (old.lastGood().isEmpty() || !ancestor.test(now.lastGood().get(), old.lastGood().get())) {
        throw refused(
            signed,
            "`lastGood` of revoked key `"
                + old.key()
                + "` moves from "
                + old.lastGood().map(Cid::toString).orElse("none")
                + " to `"
                + now.lastGood().get()
                + "`, which is no ancestor of it");
      }
    }
    PublicKey oldHead = before.home().headKey();
    if (!entry.home().headKey().equals(oldHead) && !entry.revokes(oldHead)) {
      throw refused(
          signed, "it changes the head key and does not revoke the old one, `" + oldHead + "`");
    }
  }

  private static void requireReached(
      Signed<AuthorityEntry> signed, String who, org.dxos.dmg.trust.KeySet keys) {
    if (!keys.reachedBy(signed.body().signers())) {
      throw refused(signed, "too few of the " + who + " sign, expected " + keys.threshold());
    }
  }

  private static void requireSigners(Signed<AuthorityEntry> signed, List<AuthorityEntry> among) {
    for (PublicKey signer : signed.body().signers()) {
      if (among.stream()
          .noneMatch(
              entry ->
                  entry.owners().keys().contains(signer)
                      || entry.recovery().keys().contains(signer))) {
        throw refused(signed, "signer `" + signer + "` is neither owner nor recovery key");
      }
    }
  }

  /** A key authority is that key: nobody else can ever own it. */
  private static void requireKeyAuthority(Signed<AuthorityEntry> signed) {
    AuthorityEntry entry = signed.body();
    if (!(Authority.parse(entry.authority()) instanceof Authority.Key key)) {
      return;
    }
    List<PublicKey> owners = entry.owners().keys();
    if (owners.size() != 1
        || !new PeerId(owners.getFirst().bytes()).keyAuthority().equals(key.text())) {
      throw refused(
          signed, "the key authority `" + key.text() + "` must have exactly that key as its owner");
    }
  }

  private static AdmissionException refused(Signed<AuthorityEntry> signed, String what) {
    return new AdmissionException.Refused(
        ErrorCode.POLICY_INVALID,
        "admit %s `%s`: %s"
            .formatted(
                signed.body().seq() == 0 ? "genesis" : "key log entry",
                signed.envelope().body(),
                what));
  }
}
