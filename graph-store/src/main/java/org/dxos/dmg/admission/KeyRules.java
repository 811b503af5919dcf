package org.dxos.dmg.admission;

import java.util.List;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.PublicKey;

/** When an entry of a key log is valid. */
public final class KeyRules {

  private KeyRules() {}

  /** Checks a genesis beside nothing else: name, thresholds, signers, signatures. */
  public static void requireGenesis(Signed<AuthorityEntry> signed) {
    AuthorityEntry entry = signed.body();
    if (entry.seq() != 0) {
      throw new AdmissionException.Refused(
          ErrorCode.UNSUPPORTED,
          "admit key log entry `%s`: seq %d; this version takes a genesis only"
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
    if (authority instanceof Authority.Key key && !isItsOnlyOwner(key, entry)) {
      throw refused(
          signed, "the key authority `" + key.text() + "` must have exactly that key as its owner");
    }
    if (!entry.revoked().isEmpty() || entry.resolves().isPresent()) {
      throw refused(signed, "a genesis revokes and resolves nothing");
    }
    if (!entry.owners().reachedBy(entry.signers())) {
      throw refused(signed, "too few owners sign, expected " + entry.owners().threshold());
    }
    if (!entry.recovery().reachedBy(entry.signers())) {
      throw refused(signed, "too few recovery keys sign, expected " + entry.recovery().threshold());
    }
    for (PublicKey signer : entry.signers()) {
      if (!entry.owners().keys().contains(signer) && !entry.recovery().keys().contains(signer)) {
        throw refused(signed, "signer `" + signer + "` is neither owner nor recovery key");
      }
    }
    signed.requireSigned();
  }

  private static boolean isItsOnlyOwner(Authority.Key key, AuthorityEntry entry) {
    List<PublicKey> owners = entry.owners().keys();
    return owners.size() == 1
        && new org.dxos.dmg.cid.PeerId(owners.getFirst().bytes()).keyAuthority().equals(key.text());
  }

  private static AdmissionException refused(Signed<AuthorityEntry> signed, String what) {
    return new AdmissionException.Refused(
        ErrorCode.POLICY_INVALID, "admit genesis `" + signed.envelope().body() + "`: " + what);
  }
}
