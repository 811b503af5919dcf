package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.SpaceEntry.Role;

/**
 * The verdict on a space's own log: the entries that stand, from the genesis to the newest, or to
 * the last before two part. A space has no recovery keys, so where its owners have signed two
 * continuations nothing that follows counts.
 *
 * @param entries genesis first, at least that
 * @param forks the proof of each fork
 */
public record SpaceLog(List<Signed<SpaceEntry>> entries, List<Fork> forks) {

  public SpaceLog {
    entries = List.copyOf(entries);
    forks = List.copyOf(forks);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("a space has a genesis");
    }
  }

  /**
   * The verdict on valid entries: a pure function of the set of them.
   *
   * @param valid each found valid by {@link SpaceRules}, in any order; the genesis is among them
   */
  public static SpaceLog of(Collection<Signed<SpaceEntry>> valid) {
    Map<Cid, Signed<SpaceEntry>> lowest = new LinkedHashMap<>();
    Map<Cid, Cid> bodies = new HashMap<>();
    for (Signed<SpaceEntry> one : valid) {
      bodies.put(one.cid(), one.envelope().body());
      lowest.merge(one.envelope().body(), one, (a, b) -> a.cid().compareTo(b.cid()) <= 0 ? a : b);
    }
    Map<Optional<Cid>, List<Signed<SpaceEntry>>> next = new HashMap<>();
    for (Signed<SpaceEntry> one : lowest.values()) {
      Optional<Cid> before = one.body().prev().map(bodies::get);
      next.computeIfAbsent(before, _ -> new ArrayList<>()).add(one);
    }
    List<Signed<SpaceEntry>> standing = new ArrayList<>();
    for (List<Signed<SpaceEntry>> after = next.getOrDefault(Optional.<Cid>empty(), List.of());
        after.size() == 1;
        after = next.getOrDefault(Optional.of(standing.getLast().envelope().body()), List.of())) {
      standing.add(after.getFirst());
    }
    Cid id = standing.getFirst().envelope().body();
    List<Fork> forks = new ArrayList<>();
    for (List<Signed<SpaceEntry>> sides : next.values()) {
      if (sides.size() > 1) {
        List<Signed<SpaceEntry>> two =
            sides.stream()
                .sorted(Comparator.comparing(one -> one.envelope().body()))
                .limit(2)
                .toList();
        forks.add(
            Fork.of(
                Fork.Kind.SPACE,
                id,
                Optional.empty(),
                two.getFirst().envelope(),
                two.getLast().envelope()));
      }
    }
    forks.sort(Comparator.comparing(Axiom::cid));
    return new SpaceLog(standing, forks);
  }

  /** The space's id: the CID of the genesis body. */
  public Cid id() {
    return entries.getFirst().envelope().body();
  }

  /** The newest entry that counts. */
  public Signed<SpaceEntry> last() {
    return entries.getLast();
  }

  /** True if its owners have signed two continuations. */
  public boolean contested() {
    return !forks.isEmpty();
  }

  /** What a peer may do here, as of the newest entry; empty for a stranger. */
  public Optional<Role> role(PeerId peer) {
    return last().body().members().stream()
        .filter(member -> member.peer().equals(peer))
        .map(SpaceEntry.Member::role)
        .findFirst();
  }

  /**
   * The newest entry that stands and lists a peer, whatever became of it since: it knows that one,
   * and may know none after it. Empty if none does.
   */
  public Optional<Signed<SpaceEntry>> lastListing(PeerId peer) {
    return entries.reversed().stream()
        .filter(entry -> entry.body().members().stream().anyMatch(one -> one.peer().equals(peer)))
        .findFirst();
  }

  /** The first entry that stands and lists a peer. Empty if none does. */
  public Optional<Signed<SpaceEntry>> firstListing(PeerId peer) {
    return entries.stream()
        .filter(entry -> entry.body().members().stream().anyMatch(one -> one.peer().equals(peer)))
        .findFirst();
  }

  /**
   * True if an entry that stands lists a peer as one who may publish: then authorities whose home
   * it is may have begun here, and go on being held when it may no longer.
   */
  public boolean everPublished(PeerId peer) {
    return entries.stream()
        .flatMap(entry -> entry.body().members().stream())
        .anyMatch(member -> member.peer().equals(peer) && member.role() != Role.READ);
  }

  /** The block of the space's node tree that says where its log stands. */
  public AuthorityState state() {
    return new AuthorityState(
        last().cid(),
        Optional.empty(),
        Optional.empty(),
        forks.stream().map(Axiom::cid).sorted().toList());
  }
}
