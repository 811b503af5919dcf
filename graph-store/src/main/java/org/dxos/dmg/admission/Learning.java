package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.Onward;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing;

/**
 * Takes envelopes into an authority's dossier, and works out what a commit has to hold so that the
 * new verdict is as durable as they are. Used once, by the clerk.
 */
final class Learning {

  private final Cid genesis;
  private final Optional<AuthorityView> before;
  private final BlockStore store;
  private final BlockSource all;
  private final Batch batch;
  private final Optional<Onward> onward;
  private final Dossier dossier;
  private final Set<Cid> added;
  private Optional<AdmissionException.Refused> refusal = Optional.empty();

  /**
   * @param before the authority, if it is held
   * @param chain of its heads, as what is held has it
   * @param batch takes all that has to be committed
   */
  Learning(
      Optional<AuthorityView> before,
      Chain chain,
      BlockStore store,
      Clerk.Task.Learn task,
      Batch batch) {
    this.genesis = task.genesis();
    this.before = before;
    this.store = store;
    this.batch = batch;
    this.all = cid -> batch.get(cid).or(() -> task.offered().get(cid)).or(() -> store.get(cid));
    this.onward = before.flatMap(view -> onward(view, chain, task));
    this.dossier = new Dossier(genesis, chain, all, batch::put, task.ahead());
    this.added = new LinkedHashSet<>();
    if (onward.isPresent()) {
      onward.get().added().forEach(head -> added.add(head.cid()));
      return;
    }
    before.ifPresent(view -> Evidence.restore(dossier, view.standing().state(), store));
    Set<Cid> held = dossier.envelopes();
    for (Cid envelope : task.envelopes()) {
      try {
        dossier.offer(envelope);
      } catch (AdmissionException.Refused e) {
        refusal = refusal.or(() -> Optional.of(e));
      } catch (FormatException e) {
        refusal =
            refusal.or(
                () ->
                    Optional.of(
                        new AdmissionException.Refused(
                            e.code(), e.message(), e.hint().orElse(""))));
      }
    }
    added.addAll(dossier.envelopes());
    added.removeAll(held);
  }

  /** The quick way, if all that is offered can go it. Nothing is left of a try that cannot. */
  private Optional<Onward> onward(AuthorityView view, Chain chain, Clerk.Task.Learn task) {
    Map<Cid, byte[]> trees = new LinkedHashMap<>();
    Optional<Onward> tried =
        Evidence.aside(genesis, store).isEmpty()
            ? Onward.from(view, chain, all, trees::put, task.ahead())
            : Optional.empty();
    if (tried.isEmpty() || !task.envelopes().stream().allMatch(tried.get()::offer)) {
      return Optional.empty();
    }
    trees.forEach(batch::put);
    return tried;
  }

  /** Envelopes that are new. */
  Set<Cid> added() {
    return added;
  }

  /** The authority with what is new, all of which is in the batch after this. */
  AuthorityView view() {
    added.forEach(envelope -> Carried.eachBlock(envelope, all, this::keepNew));
    if (onward.isPresent()) {
      added.forEach(head -> batch.admit(JournalEntry.Kind.HEAD, genesis, head));
      return onward.get().view();
    }
    Standing standing = Axiom.of(dossier);
    standing.forks().forEach(fork -> batch.put(Axiom.cid(fork), fork.encode()));
    Evidence.putAside(dossier, standing, all, batch);
    if (onward(standing).isEmpty()) {
      // The tip is another than the one that went on; its tree may not be held any more.
      standing.tip().ifPresent(dossier::requireTree);
    }
    journal(standing);
    return new AuthorityView(
        genesis,
        standing,
        standing
            .tip()
            .map(head -> MerkleSearchTree.at(head.body().state(), store))
            .orElseGet(() -> MerkleSearchTree.empty(store)));
  }

  Learned answer(Optional<AuthorityView> view, long position) {
    return new Learned(view, added, dossier.waiting(), refusal, position);
  }

  private void keepNew(Cid cid) {
    if (!store.has(cid) && batch.get(cid).isEmpty()) {
      all.get(cid).ifPresent(block -> batch.put(cid, block));
    }
  }

  /**
   * Heads that go on from the tip are journalled one by one. Where the verdict on something older
   * has changed, one entry says that the authority has to be read anew.
   */
  private void journal(Standing standing) {
    standing.log().entries().stream()
        .filter(entry -> added.contains(entry.cid()))
        .forEach(entry -> batch.admit(JournalEntry.Kind.AUTHORITY, genesis, entry.cid()));
    Optional<List<Cid>> onward = onward(standing);
    if (onward.isPresent()) {
      onward.get().forEach(head -> batch.admit(JournalEntry.Kind.HEAD, genesis, head));
    } else {
      batch.admit(JournalEntry.Kind.STANDING, genesis, standing.log().last().cid());
    }
  }

  /** The heads after the old tip, oldest first; empty if the new tip does not simply go on. */
  private Optional<List<Cid>> onward(Standing standing) {
    Optional<Cid> old = before.flatMap(AuthorityView::head).map(Signed::cid);
    Set<Cid> voided = before.map(AuthorityView::voided).orElse(Set.of());
    if (!voided.equals(standing.voided())) {
      return Optional.empty();
    }
    List<Signed<Head>> path = new ArrayList<>();
    Optional<Cid> at = standing.tip().map(Signed::cid);
    while (at.isPresent() && !at.equals(old)) {
      Signed<Head> head = Signed.read(all, at.get(), Head.class);
      path.add(head);
      at = head.body().prev();
    }
    if (!at.equals(old)) {
      return Optional.empty();
    }
    path.sort(Comparator.comparingLong(head -> head.body().epoch()));
    return Optional.of(path.stream().map(Signed::cid).toList());
  }
}
