package org.dxos.dmg.authority;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.AuthorityEntry.Home;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.verdict.Signed;

/** The entry after another one, the same but for what is changed. Used once, by one thread. */
final class Draft {

  private final AuthorityEntry before;
  private final Cid prev;
  private final Cid genesis;
  private KeySet owners;
  private KeySet recovery;
  private Home home;
  private final List<Delegate> delegates;
  private final List<Revoked> revoked;
  private Optional<Cid> resolves = Optional.empty();

  Draft(Signed<AuthorityEntry> before) {
    this.before = before.body();
    this.prev = before.cid();
    this.genesis = before.body().genesis().orElse(before.envelope().body());
    this.owners = this.before.owners();
    this.recovery = this.before.recovery();
    this.home = this.before.home();
    this.delegates = new ArrayList<>(this.before.delegates());
    this.revoked = new ArrayList<>(this.before.revoked());
  }

  AuthorityEntry before() {
    return before;
  }

  Draft owners(KeySet keys) {
    owners = keys;
    return this;
  }

  Draft recovery(KeySet keys) {
    recovery = keys;
    return this;
  }

  Draft home(Home where) {
    home = where;
    return this;
  }

  /** A key has one delegation: a newer one stands for the older. */
  Draft delegate(Delegate delegate) {
    delegates.removeIf(one -> one.key().equals(delegate.key()));
    delegates.add(delegate);
    return this;
  }

  Draft resolves(Cid first) {
    resolves = Optional.of(first);
    return this;
  }

  /**
   * Revokes a key, whatever it was, and takes it out of owners and delegates.
   *
   * @throws AuthorityException if no owner would be left
   */
  Draft revoke(PublicKey key, Optional<Cid> lastGood, String reason) {
    revoked.removeIf(one -> one.key().equals(key));
    revoked.add(new Revoked(key, lastGood, reason));
    delegates.removeIf(one -> one.key().equals(key));
    if (owners.keys().contains(key)) {
      List<PublicKey> left = owners.keys().stream().filter(one -> !one.equals(key)).toList();
      if (left.isEmpty()) {
        throw AuthorityException.of(
            "revoke key `" + key + "` of `" + before.authority() + "`: it is the only owner",
            "replace it with `dmg authority rotate`, or `dmg authority recover`");
      }
      owners = new KeySet(Math.min(owners.threshold(), left.size()), left);
    }
    return this;
  }

  AuthorityEntry sign(Iterable<PublicKey> signers, long created) {
    TreeSet<PublicKey> sorted = new TreeSet<>();
    signers.forEach(sorted::add);
    return new AuthorityEntry(
        before.authority(),
        before.seq() + 1,
        Optional.of(genesis),
        Optional.of(prev),
        owners,
        recovery,
        home,
        delegates.stream().sorted(Comparator.comparing(Delegate::key)).toList(),
        revoked.stream().sorted(Comparator.comparing(Revoked::key)).toList(),
        resolves,
        List.copyOf(sorted),
        created,
        Optional.empty());
  }
}
