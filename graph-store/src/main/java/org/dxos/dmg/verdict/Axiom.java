package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.verdict.Dossier.Entry;
import org.dxos.dmg.verdict.Dossier.Link;
import org.dxos.dmg.verdict.Standing.Contest;

/**
 * The axiom of trust: from the valid envelopes held about an authority to the verdict on it. No
 * clock, no policy and no order of arrival is an input.
 *
 * <ol>
 *   <li>K is the tip of the winning branch of the key log, or the last common entry while
 *       contested.
 *   <li>A head stands if it holds, its entry is on the branch to K, the head before it stands, and
 *       its key is not revoked in K, or it is K's {@code lastGood} for that key or before that.
 *   <li>The tip is the last head that stands, or the last before two of them part.
 *   <li>A statement counts if a head up to the tip added it, and its key is not revoked in K, or
 *       that head is {@code lastGood} or before that.
 * </ol>
 */
public final class Axiom {

  private final Dossier dossier;

  private Axiom(Dossier dossier) {
    this.dossier = dossier;
  }

  /**
   * The verdict on what is held.
   *
   * @param dossier holds the genesis at least
   */
  public static Standing of(Dossier dossier) {
    return new Axiom(dossier).judge();
  }

  private Standing judge() {
    List<Entry> contenders = contenders();
    Entry k = contenders.size() == 1 ? contenders.getFirst() : lastCommon(contenders);
    Tip tip = tip(k);
    Contest contest =
        contenders.size() > 1 ? Contest.KEYS : tip.parts() ? Contest.HEADS : Contest.NONE;
    return new Standing(
        dossier.log(k),
        tip.link().map(dossier::lowest),
        tip.link().map(link -> dossier.voided(k, link)).orElse(Set.of()),
        contest,
        forks(),
        dossier.awaited(k));
  }

  // ---- 1: the key log ----

  /**
   * The ends of the branches among which the winner is: the smallest set of which each beats every
   * branch outside. One branch, if there is a winner.
   */
  private List<Entry> contenders() {
    Set<Entry> inner = new HashSet<>();
    dossier.entries().forEach(entry -> entry.before().ifPresent(inner::add));
    List<Entry> ends = dossier.entries().stream().filter(entry -> !inner.contains(entry)).toList();
    // Whoever beats most is in that set, and from any of its members it is found by adding those
    // whom a member does not beat.
    Entry first = ends.getFirst();
    long most = -1;
    for (Entry end : ends) {
      long beaten = ends.stream().filter(other -> !other.equals(end) && beats(end, other)).count();
      if (beaten > most) {
        most = beaten;
        first = end;
      }
    }
    if (most == ends.size() - 1) {
      return List.of(first);
    }
    List<Entry> smallest = new ArrayList<>(List.of(first));
    Set<Entry> members = new HashSet<>(smallest);
    for (int i = 0; i < smallest.size(); i++) {
      for (Entry other : ends) {
        if (!members.contains(other) && !beats(smallest.get(i), other)) {
          members.add(other);
          smallest.add(other);
        }
      }
    }
    return smallest;
  }

  private boolean beats(Entry one, Entry other) {
    Entry common = lastCommon(List.of(one, other));
    return KeyRules.beats(after(common, one), after(common, other), dossier::bodyOf);
  }

  private static Entry lastCommon(Collection<Entry> ends) {
    Entry common = ends.iterator().next();
    for (Entry end : ends) {
      while (common.body().seq() > end.body().seq() || !common.leadsTo(end)) {
        common = common.before().orElseThrow();
      }
    }
    return common;
  }

  private static List<KeyRules.Step> after(Entry common, Entry end) {
    List<KeyRules.Step> side = new ArrayList<>();
    for (Entry at = end; !at.equals(common); at = at.before().orElseThrow()) {
      side.addFirst(new KeyRules.Step(at.id(), at.body(), at.recoverySigned()));
    }
    return side;
  }

  // ---- 2 and 3: heads ----

  /**
   * @param parts whether two heads that stand follow it
   */
  private record Tip(Optional<Link> link, boolean parts) {}

  private Tip tip(Entry k) {
    Map<Optional<Link>, List<Link>> next = new HashMap<>();
    Set<Link> standing = new HashSet<>();
    // By epoch, so that the head before one is judged before it.
    dossier.heads().stream()
        .sorted(Comparator.comparingLong(link -> link.body().epoch()))
        .filter(link -> link.before().isEmpty() || standing.contains(link.before().get()))
        .filter(link -> stands(link, k))
        .forEach(
            link -> {
              standing.add(link);
              next.computeIfAbsent(link.before(), _ -> new ArrayList<>()).add(link);
            });
    Optional<Link> tip = Optional.empty();
    List<Link> after = next.getOrDefault(tip, List.of());
    while (after.size() == 1) {
      tip = Optional.of(after.getFirst());
      after = next.getOrDefault(tip, List.of());
    }
    return new Tip(tip, after.size() > 1);
  }

  /** Whether a head stands, given that the one before it does. */
  private boolean stands(Link link, Entry k) {
    if (link.entry().body().seq() > k.body().seq() || !link.entry().leadsTo(k)) {
      return false;
    }
    Optional<Revoked> revoked = dossier.revocation(k, link.key());
    return revoked.isEmpty() || dossier.keeps(revoked.get(), link, false);
  }

  /** The CID of a proof's block. */
  public static Cid cid(Fork fork) {
    return DagCbor.cid(fork.encode());
  }

  private Fork proof(Fork.Kind kind, Signed<?> one, Signed<?> other) {
    Optional<Cid> space = kind == Fork.Kind.HEAD ? dossier.chain().space() : Optional.empty();
    return Fork.of(kind, dossier.genesis(), space, one.envelope(), other.envelope());
  }

  // ---- forks ----

  private List<Fork> forks() {
    List<Fork> forks = new ArrayList<>(keyForks());
    forks.addAll(headForks());
    forks.sort(Comparator.comparing(Axiom::cid));
    return forks;
  }

  /** One for each entry that more than one follow. */
  private List<Fork> keyForks() {
    Map<Entry, List<Entry>> next = new LinkedHashMap<>();
    for (Entry entry : dossier.entries()) {
      entry
          .before()
          .ifPresent(before -> next.computeIfAbsent(before, _ -> new ArrayList<>()).add(entry));
    }
    List<Fork> forks = new ArrayList<>();
    for (List<Entry> sides : next.values()) {
      if (sides.size() > 1) {
        List<Signed<?>> two =
            sides.stream()
                .map(this::witness)
                .<Signed<?>>map(dossier::lowest)
                .sorted(Comparator.comparing(signed -> signed.envelope().body()))
                .limit(2)
                .toList();
        forks.add(proof(Fork.Kind.KEY, two.getFirst(), two.getLast()));
      }
    }
    return forks;
  }

  /** What stands for a side: its first recovery-signed entry, else its first. */
  private Entry witness(Entry first) {
    return dossier.entries().stream()
        .filter(entry -> entry.body().seq() >= first.body().seq() && first.leadsTo(entry))
        .filter(Entry::recoverySigned)
        .min(Comparator.<Entry>comparingLong(entry -> entry.body().seq()).thenComparing(Entry::id))
        .orElse(first);
  }

  /** For each head key, the lowest epoch that it signed twice. */
  private List<Fork> headForks() {
    Map<PublicKey, Map<Long, List<Link>>> slots = new HashMap<>();
    for (Link link : dossier.heads()) {
      slots
          .computeIfAbsent(link.key(), _ -> new HashMap<>())
          .computeIfAbsent(link.body().epoch(), _ -> new ArrayList<>())
          .add(link);
    }
    List<Fork> forks = new ArrayList<>();
    for (Map<Long, List<Link>> byEpoch : slots.values()) {
      byEpoch.entrySet().stream()
          .filter(slot -> slot.getValue().size() > 1)
          .min(Map.Entry.comparingByKey())
          .ifPresent(
              slot -> {
                List<Link> two =
                    slot.getValue().stream()
                        .sorted(Comparator.comparing(Link::id))
                        .limit(2)
                        .toList();
                forks.add(
                    proof(
                        Fork.Kind.HEAD,
                        dossier.lowest(two.getFirst()),
                        dossier.lowest(two.getLast())));
              });
    }
    return forks;
  }
}
