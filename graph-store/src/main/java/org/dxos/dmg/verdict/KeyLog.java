package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityEntry;

/**
 * One branch of an authority's key log: the entries from the genesis to one of them, each of them
 * valid beside the one before.
 *
 * @param entries genesis first, at least that
 * @param others further envelopes of the same bodies, to the body: a signer that does not sign
 *     deterministically makes them, and links may name any
 */
public record KeyLog(List<Signed<AuthorityEntry>> entries, Map<Cid, Cid> others) {

  public KeyLog {
    entries = List.copyOf(entries);
    others = Map.copyOf(others);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("a key log has a genesis");
    }
  }

  /** A log of one entry. */
  public static KeyLog of(Signed<AuthorityEntry> genesis) {
    return new KeyLog(List.of(genesis), Map.of());
  }

  /** This branch and one entry more. */
  public KeyLog then(Signed<AuthorityEntry> next) {
    List<Signed<AuthorityEntry>> longer = new ArrayList<>(entries);
    longer.add(next);
    return new KeyLog(longer, others);
  }

  /** This branch, on which {@code envelope} is one more envelope of {@code body}. */
  KeyLog also(Cid envelope, Cid body) {
    Map<Cid, Cid> more = new HashMap<>(others);
    more.put(envelope, body);
    return new KeyLog(entries, more);
  }

  /** The authority id. */
  public Cid id() {
    return entries.getFirst().envelope().body();
  }

  /** The newest entry. */
  public Signed<AuthorityEntry> last() {
    return entries.getLast();
  }

  /** The entry that a link names, if it is on this branch. */
  public Optional<AuthorityEntry> entry(Cid envelope) {
    return position(envelope).map(at -> entries.get(at).body());
  }

  /** The branch up to the entry that a link names, if it is on this one. */
  public Optional<KeyLog> upTo(Cid envelope) {
    return position(envelope).map(at -> new KeyLog(entries.subList(0, at + 1), others));
  }

  /** True if {@code envelope} is of the newest entry. */
  boolean endsWith(Cid envelope) {
    return position(envelope).equals(Optional.of(entries.size() - 1));
  }

  /** The {@code seq} of the entry that a link names, if it is on this branch. */
  Optional<Integer> position(Cid envelope) {
    Optional<Cid> body = Optional.ofNullable(others.get(envelope));
    for (int i = 0; i < entries.size(); i++) {
      Signed<AuthorityEntry> entry = entries.get(i);
      if (entry.cid().equals(envelope) || Optional.of(entry.envelope().body()).equals(body)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }
}
