package org.dxos.dmg.verdict;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;

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

  /** Entries that a key log may have for a reader. */
  public static final int MAX_ENTRIES = 10_000;

  /**
   * Reads and checks the branch that ends with an entry, from its genesis on: for a reader, who
   * keeps no dossier.
   *
   * @param blocks has the entries, and the heads that revocations compare if one of them moved
   * @param keyHead envelope of its newest entry
   * @throws AdmissionException.Refused if an entry is not valid, a block is missing, or the branch
   *     is longer than {@link #MAX_ENTRIES}
   */
  public static KeyLog read(BlockSource blocks, Cid keyHead) {
    KeyLog unchecked = kept(blocks, keyHead);
    Signed<AuthorityEntry> genesis = unchecked.entries().getFirst();
    KeyRules.requireGenesis(genesis);
    KeyLog log = KeyLog.of(genesis);
    for (Signed<AuthorityEntry> entry :
        unchecked.entries().subList(1, unchecked.entries().size())) {
      KeyRules.requireNext(
          entry,
          log.last().body(),
          log.id(),
          (one, other) ->
              HeadChain.leadsTo(
                  blocks,
                  Signed.read(blocks, one, Head.class),
                  Signed.read(blocks, other, Head.class)));
      log = log.then(entry);
    }
    return log;
  }

  /**
   * Reads a branch that was checked before it was kept: the links alone are followed.
   *
   * @param keyHead envelope of its newest entry
   */
  public static KeyLog kept(BlockSource blocks, Cid keyHead) {
    Deque<Signed<AuthorityEntry>> entries = new ArrayDeque<>();
    for (Optional<Cid> at = Optional.of(keyHead);
        at.isPresent();
        at = entries.getFirst().body().prev()) {
      if (entries.size() == MAX_ENTRIES) {
        throw new AdmissionException.Refused(
            ErrorCode.SIZE_EXCEEDED,
            "read key log up to `" + keyHead + "`: more than " + MAX_ENTRIES + " entries");
      }
      entries.push(Signed.read(blocks, at.get(), AuthorityEntry.class));
    }
    return new KeyLog(List.copyOf(entries), Map.of());
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

  /** How many entries, from the genesis on, are the same on both branches. */
  public int common(KeyLog other) {
    int at = 0;
    while (at < Math.min(entries.size(), other.entries.size())
        && entries.get(at).envelope().body().equals(other.entries.get(at).envelope().body())) {
      at++;
    }
    return at;
  }

  /**
   * True if this branch wins over {@code other}, by the rule of the axiom; of two branches of which
   * neither wins, the key log is contested.
   *
   * @param other parts from this one: neither begins with the whole of the other
   */
  public boolean beats(KeyLog other) {
    int fork = common(other);
    if (fork == 0 || fork == entries.size() || fork == other.entries.size()) {
      throw new IllegalArgumentException("two branches of one key log, that part");
    }
    Map<Cid, Cid> bodies = new HashMap<>(others);
    bodies.putAll(other.others);
    entries.forEach(entry -> bodies.put(entry.cid(), entry.envelope().body()));
    other.entries.forEach(entry -> bodies.put(entry.cid(), entry.envelope().body()));
    return KeyRules.beats(
        side(fork), other.side(fork), envelope -> Optional.ofNullable(bodies.get(envelope)));
  }

  private List<KeyRules.Step> side(int fork) {
    List<KeyRules.Step> side = new ArrayList<>();
    for (int at = fork; at < entries.size(); at++) {
      AuthorityEntry body = entries.get(at).body();
      side.add(
          new KeyRules.Step(
              entries.get(at).envelope().body(),
              body,
              KeyRules.recoverySigned(body, entries.get(at - 1).body())));
    }
    return side;
  }

  /** True if {@code envelope} is of the newest entry. */
  boolean endsWith(Cid envelope) {
    return position(envelope).equals(Optional.of(entries.size() - 1));
  }

  /** The {@code seq} of the entry that a link names, if it is on this branch. */
  public Optional<Integer> position(Cid envelope) {
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
