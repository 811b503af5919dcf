package org.dxos.dmg.authority;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.admission.Carried;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.NodeInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.AuthorityEntry.Home;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing.Contest;

/** Makes key log entries with the keys of one home, and hands them to a registry. */
public final class Amendments {

  private final Registry registry;
  private final KeyRing keys;
  private final InstantSource clock;
  private Optional<Cid> lastHanded = Optional.empty();

  public Amendments(Registry registry, KeyRing keys, InstantSource clock) {
    this.registry = registry;
    this.keys = keys;
    this.clock = clock;
  }

  /** What came of an amendment. */
  public sealed interface Outcome {

    /** It is part of the key log. */
    record Done(AuthorityInfo authority) implements Outcome {}

    /** Others have to sign it first. */
    record Wanting(PartialEntry partial) implements Outcome {}
  }

  /** Gives a key narrower rights for a time. */
  public Outcome delegate(String authority, Delegate delegate) {
    Signed<AuthorityEntry> last = last(info(authority));
    return byOwners(new Draft(last).delegate(delegate));
  }

  /**
   * Revokes a key.
   *
   * @param lastGood the last head that counts for what the key said
   */
  public Outcome revoke(String authority, PublicKey key, LastGood lastGood, String reason) {
    AuthorityInfo info = info(authority);
    Draft draft = new Draft(last(info));
    if (lastGood instanceof LastGood.At at) {
      requireHead(info, at.head());
    }
    if (key.equals(draft.before().home().headKey())) {
      throw AuthorityException.of(
          "revoke key `" + key + "` of `" + authority + "`: it is the head key of its home",
          "give the authority a new home with `dmg authority move`, or heal it with `dmg authority"
              + " heal`");
    }
    draft.revoke(key, lastGood.of(info), reason);
    return byOwners(draft);
  }

  /**
   * Adds owners, and says how many of them have to sign from then on. Those who are added sign too,
   * as far as the new threshold needs them. One is taken out by {@link #revoke}.
   *
   * @param added keys that are no owners yet
   * @param threshold of the new owners; empty for the one of before
   */
  public Outcome owners(
      String authority, Collection<PublicKey> added, Optional<Integer> threshold) {
    Draft draft = new Draft(last(info(authority)));
    KeySet before = draft.before().owners();
    List<PublicKey> owners =
        Stream.concat(before.keys().stream(), added.stream()).distinct().sorted().toList();
    KeySet after = keySet(threshold.orElse(before.threshold()), owners);
    if (after.equals(before)) {
      throw AuthorityException.of(
          "change the owners of `" + authority + "`: these are its owners already",
          "give --add PUBLIC, --threshold N, or both");
    }
    return byOwners(draft.owners(after));
  }

  /**
   * Replaces the recovery keys. As many of the old ones sign as had to, and as many of the new ones
   * as have to from then on.
   *
   * @param recoveryFiles where recovery keys are, old and new
   * @param added keys that are none yet
   * @param removed keys that are none any more
   * @param threshold of the new ones; empty for the one of before
   */
  public Outcome recovery(
      String authority,
      List<Path> recoveryFiles,
      Collection<PublicKey> added,
      Collection<PublicKey> removed,
      Optional<Integer> threshold) {
    Draft draft = new Draft(last(info(authority)));
    KeySet before = draft.before().recovery();
    for (PublicKey key : removed) {
      if (!before.keys().contains(key)) {
        throw AuthorityException.of(
            "take recovery key `" + key + "` from `" + authority + "`: it is none",
            "`dmg authority show " + authority + "` lists them");
      }
    }
    List<PublicKey> keySet =
        Stream.concat(before.keys().stream(), added.stream())
            .filter(key -> !removed.contains(key))
            .distinct()
            .sorted()
            .toList();
    KeySet after = keySet(threshold.orElse(before.threshold()), keySet);
    if (after.equals(before)) {
      throw AuthorityException.of(
          "change the recovery keys of `" + authority + "`: these are they already",
          "give --add PUBLIC, --remove PUBLIC, --threshold N, or several of them");
    }
    List<SigningKey> given = recoveryKeys(List.of(before, after), authority, recoveryFiles);
    Set<PublicKey> signers = new LinkedHashSet<>();
    enough(before, signers, given);
    enough(after, signers, given);
    if (given.isEmpty() && local(signers).findAny().isEmpty()) {
      throw new AuthorityException(
          ErrorCode.KEY_MISSING,
          "change the recovery keys of `" + authority + "`: none of those that sign is here",
          "give the files of those that are at hand with --with");
    }
    return submit(draft.recovery(after).sign(signers, now()), given);
  }

  private static KeySet keySet(int threshold, List<PublicKey> keys) {
    if (keys.isEmpty()
        || threshold < 1
        || threshold > Math.min(keys.size(), KeySet.MAX_THRESHOLD)) {
      throw AuthorityException.of(
          "let %d of %d keys sign: expected a threshold from 1 to %d"
              .formatted(threshold, keys.size(), Math.min(keys.size(), KeySet.MAX_THRESHOLD)),
          "give --threshold N, and more keys with --add if it is to be higher");
    }
    return new KeySet(threshold, keys);
  }

  /**
   * Replaces an owner key of this home by a fresh one. The recovery keys sign too, so that no copy
   * of the old key can contest it.
   *
   * @param recoveryFiles where recovery keys are
   */
  public Outcome rotate(String authority, List<Path> recoveryFiles, String reason) {
    AuthorityInfo info = info(authority);
    Draft draft = new Draft(last(info));
    PublicKey old =
        local(draft.before().owners().keys())
            .map(SigningKey::publicKey)
            .findFirst()
            .orElseThrow(() -> noKey(authority, "rotate"));
    KeySet set = draft.before().recovery();
    List<SigningKey> recovery = recoveryKeys(List.of(set), authority, recoveryFiles);
    SigningKey fresh = keys.makeNextOwner(authority);
    List<PublicKey> owners =
        draft.before().owners().keys().stream()
            .map(one -> one.equals(old) ? fresh.publicKey() : one)
            .sorted()
            .toList();
    draft.owners(new KeySet(draft.before().owners().threshold(), owners));
    draft.revoke(old, info.head(), reason);
    Set<PublicKey> also = new LinkedHashSet<>();
    enough(set, also, recovery);
    return byOwners(draft, also, recovery);
  }

  /**
   * Wins an authority back with its recovery keys: a fresh owner key takes the place of all owners,
   * and the other side of a fork of the key log is resolved.
   *
   * @param recoveryFiles where recovery keys are; where more have to sign, others are asked
   * @param lastGood the last head that counts for what the lost owner keys said
   * @param home true to make the registry's node the home, as the old one is lost too
   */
  public Outcome recover(
      String authority, List<Path> recoveryFiles, LastGood lastGood, boolean home, String reason) {
    AuthorityInfo info = info(authority);
    if (lastGood instanceof LastGood.At at) {
      requireHead(info, at.head());
    }
    Draft draft = new Draft(last(info));
    KeySet set = draft.before().recovery();
    List<SigningKey> recovery = recoveryKeys(List.of(set), authority, recoveryFiles);
    SigningKey fresh = keys.makeNextOwner(authority);
    List<PublicKey> lost = draft.before().owners().keys();
    draft.owners(KeySet.of(fresh.publicKey()));
    lost.forEach(key -> draft.revoke(key, lastGood.of(info), reason));
    NodeInfo node = registry.node();
    PublicKey oldHead = draft.before().home().headKey();
    if (home && !node.headKey().equals(oldHead)) {
      draft.home(new Home(node.headKey(), node.peer(), List.of()));
      draft.revoke(oldHead, lastGood.of(info), reason);
    }
    List<Cid> rivals = rivals(info);
    if (!rivals.isEmpty()) {
      draft.resolves(rivals.getFirst());
    }
    Set<PublicKey> signers = new LinkedHashSet<>();
    enough(set, signers, recovery);
    signers.add(fresh.publicKey());
    List<SigningKey> at = Stream.concat(recovery.stream(), Stream.of(fresh)).toList();
    Outcome outcome = submit(draft.sign(signers, now()), at);
    // An entry resolves one side; where recovery keys signed several, each has one of its own.
    for (Cid rival : rivals.stream().skip(1).toList()) {
      if (outcome instanceof Outcome.Wanting) {
        break; // what remains is resolved by another recovery, once this one stands
      }
      Draft next = new Draft(Signed.read(registry, envelopeOf(outcome), AuthorityEntry.class));
      outcome = submit(next.resolves(rival).sign(signers, now()), at);
    }
    return outcome;
  }

  private Cid envelopeOf(Outcome outcome) {
    if (lastHanded.isEmpty()) {
      throw new IllegalStateException("recovery needs nobody else, and came to " + outcome);
    }
    return lastHanded.get();
  }

  /** First entries after the last common one on sides that recovery keys have signed. */
  private List<Cid> rivals(AuthorityInfo info) {
    if (info.contest() != Contest.KEYS) {
      return List.of();
    }
    List<Cid> rivals = new ArrayList<>();
    for (Cid proof : info.forks()) {
      Fork fork = Fork.decode(Signed.need(registry, proof, "fork proof"));
      if (fork.kind() != Fork.Kind.KEY) {
        continue;
      }
      for (Cid side : List.of(fork.a(), fork.b())) {
        Signed<AuthorityEntry> entry = Signed.read(registry, side, AuthorityEntry.class);
        while (!entry.body().prev().equals(Optional.of(info.keyHead()))
            && entry.body().prev().isPresent()) {
          entry = Signed.read(registry, entry.body().prev().get(), AuthorityEntry.class);
        }
        if (entry.body().prev().isPresent()) {
          rivals.add(entry.cid());
        }
      }
    }
    return rivals;
  }

  /**
   * Moves the home of an authority to another node: the authority is carried there, the entry makes
   * it the home, and what the old home added in the meantime is handed to the new one.
   *
   * @param addresses where the new home is reached, as multiaddrs, for all to read
   */
  public Outcome move(String authority, Registry to, List<String> addresses, String reason) {
    AuthorityInfo info = info(authority);
    NodeInfo node = to.node();
    Draft draft = new Draft(last(info));
    PublicKey old = draft.before().home().headKey();
    if (old.equals(node.headKey())) {
      throw AuthorityException.of(
          "move `" + authority + "`: its home is " + to.place() + " already",
          "nothing has to be done; to move it elsewhere, give the URL of another node");
    }
    carry(info, to);
    draft.home(new Home(node.headKey(), node.peer(), addresses));
    draft.revoke(old, info.head(), reason);
    Outcome outcome = byOwners(draft);
    if (outcome instanceof Outcome.Done done) {
      to.learn(info.genesis(), List.of(done.authority().keyHead()), registry);
      resubmit(authority, to);
    }
    return outcome;
  }

  /** Carries all of an authority from this registry to another one. */
  public AuthorityInfo carry(AuthorityInfo info, Registry to) {
    List<Cid> envelopes = Carried.envelopes(info.keyHead(), info.head(), registry);
    return to.learn(info.genesis(), envelopes, registry);
  }

  /**
   * Hands statements of heads that do not stand to the home again, where they still apply.
   *
   * @return how many were added
   */
  private int resubmit(String authority, Registry to) {
    List<Head> lost = new ArrayList<>();
    for (Cid aside : info(authority).aside()) {
      if (Signed.read(registry, aside, Body.class).body() instanceof Head head) {
        lost.add(head);
      }
    }
    lost.sort(Comparator.comparingLong(Head::epoch));
    int added = 0;
    for (Head head : lost) {
      for (Cid statement : head.added()) {
        try {
          added += to.publish(statement, registry).added() ? 1 : 0;
        } catch (RuntimeException e) {
          if (!(e instanceof Explained)) {
            throw e; // what does not apply any more is no fault
          }
        }
      }
    }
    return added;
  }

  /**
   * Ends a fork of heads, or a home that was copied: the node gets a new head key, the old one is
   * revoked, and of the two sides the one that {@code keep} ends goes on.
   *
   * @param keep the last head that counts; empty for where the two part
   * @param takeBack true to make this node the home though another is
   */
  public Outcome heal(String authority, Optional<Cid> keep, boolean takeBack, String reason) {
    AuthorityInfo info = info(authority);
    keep.ifPresent(head -> requireHead(info, head));
    if (!info.here() && !takeBack) {
      Home home = last(info).body().home();
      throw new AuthorityException(
          ErrorCode.NOT_HOME,
          "heal `%s`: its home is peer `%s` with head key `%s`, which is not this node"
              .formatted(authority, home.peer(), home.headKey()),
          "heal it there; if that home is lost, or is not to go on, make this one the home with"
              + " --take-back");
    }
    NodeInfo node = registry.freshHeadKey();
    Draft draft = new Draft(last(info));
    PublicKey old = draft.before().home().headKey();
    draft.home(new Home(node.headKey(), node.peer(), draft.before().home().addrs()));
    draft.revoke(old, keep.or(info::head), reason);
    Outcome outcome = byOwners(draft);
    if (outcome instanceof Outcome.Done) {
      resubmit(authority, registry);
    }
    return outcome;
  }

  /**
   * The entry that another would follow, as the registry holds it.
   *
   * @return empty if the registry does not hold the authority
   * @throws AuthorityException with {@link ErrorCode#CONFLICT} if the key log has gone on since: to
   *     sign a second entry after one is to contest the authority
   */
  public Optional<AuthorityEntry> before(PartialEntry partial) {
    AuthorityEntry entry = partial.entry();
    Optional<AuthorityInfo> info =
        entry.genesis().flatMap(id -> registry.authority(entry.authority() + "~" + id));
    if (info.isPresent() && !entry.prev().equals(Optional.of(info.get().keyHead()))) {
      throw new AuthorityException(
          ErrorCode.CONFLICT,
          "sign entry %d of `%s`: it is not made to follow `%s`, the newest of the key log"
              .formatted(entry.seq(), entry.authority(), info.get().keyHead()),
          "begin it anew with the command that made it, and throw the file away");
    }
    return info.map(one -> last(one).body());
  }

  /**
   * Adds the signatures of this home's keys, and hands the entry in if nobody else is wanted and
   * the registry holds the authority.
   *
   * @param files keys that are not in this home, such as recovery keys
   */
  public Outcome sign(PartialEntry partial, List<Path> files) {
    boolean held = before(partial).isPresent();
    List<SigningKey> given = files.stream().map(keys::read).toList();
    PartialEntry more =
        partial.signed(
            wanted ->
                given.stream()
                    .filter(key -> key.publicKey().equals(wanted))
                    .findFirst()
                    .or(() -> keys.signer(wanted::equals)));
    if (more.wanted().size() == partial.wanted().size() && !more.wanted().isEmpty()) {
      throw new AuthorityException(
          ErrorCode.KEY_MISSING,
          "sign entry %d of `%s`: no key here is one of those that are wanted"
              .formatted(partial.entry().seq(), partial.entry().authority()),
          "give a key file with --with, or hand it to the holders of "
              + String.join(", ", more.wanted().stream().map(PublicKey::toString).toList()));
    }
    return more.wanted().isEmpty() && held ? hand(more) : new Outcome.Wanting(more);
  }

  // ---- signing ----

  private Outcome byOwners(Draft draft) {
    return byOwners(draft, Set.of(), List.of());
  }

  /**
   * Signed by enough owners, those of this home first, and by {@code also}.
   *
   * @param given keys that are not in this home, as far as they are there
   */
  private Outcome byOwners(Draft draft, Set<PublicKey> also, List<SigningKey> given) {
    AuthorityEntry shape = draft.sign(draft.before().owners().keys(), now());
    Set<PublicKey> signers = new LinkedHashSet<>();
    enough(draft.before().owners(), signers, List.of());
    if (!shape.owners().equals(draft.before().owners())) {
      enough(shape.owners(), signers, List.of());
    }
    signers.addAll(also);
    return submit(draft.sign(signers, now()), given);
  }

  /** Adds signers until the threshold is reached: those given first, then those of this home. */
  private void enough(KeySet set, Set<PublicKey> signers, List<SigningKey> given) {
    List<PublicKey> order =
        new ArrayList<>(
            Stream.concat(given.stream(), local(set.keys()))
                .map(SigningKey::publicKey)
                .filter(set.keys()::contains)
                .distinct()
                .toList());
    set.keys().stream().filter(key -> !order.contains(key)).forEach(order::add);
    for (PublicKey key : order) {
      if (set.reachedBy(signers)) {
        return;
      }
      signers.add(key);
    }
  }

  private Stream<SigningKey> local(Collection<PublicKey> among) {
    return among.stream().flatMap(key -> keys.signer(key::equals).stream());
  }

  private Outcome submit(AuthorityEntry entry, List<SigningKey> at) {
    PartialEntry partial =
        PartialEntry.of(
            entry,
            wanted ->
                at.stream()
                    .filter(key -> key.publicKey().equals(wanted))
                    .findFirst()
                    .or(() -> keys.signer(wanted::equals)));
    if (partial.signatures().isEmpty()) {
      throw noKey(entry.authority(), "sign for");
    }
    return partial.wanted().isEmpty() ? hand(partial) : new Outcome.Wanting(partial);
  }

  private Outcome hand(PartialEntry partial) {
    byte[] body = partial.entry().encode();
    Envelope envelope = partial.envelope();
    byte[] block = envelope.encode();
    Map<Cid, byte[]> blocks = new HashMap<>();
    blocks.put(envelope.body(), body);
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    BlockSource offered = one -> Optional.ofNullable(blocks.get(one));
    lastHanded = Optional.of(cid);
    return new Outcome.Done(
        registry.learn(partial.entry().genesis().orElseThrow(), List.of(cid), offered));
  }

  private List<SigningKey> recoveryKeys(List<KeySet> sets, String authority, List<Path> files) {
    List<SigningKey> read = new ArrayList<>();
    for (Path file : files) {
      SigningKey key = keys.read(file);
      if (sets.stream().noneMatch(set -> set.keys().contains(key.publicKey()))) {
        throw new AuthorityException(
            ErrorCode.KEY_MISSING,
            "read recovery key `" + file + "`: it is none of `" + authority + "`",
            "give the file that was written when the authority was claimed");
      }
      read.add(key);
    }
    return read;
  }

  /**
   * What an entry names as the last good head is waited for, should it not be there: a slip would
   * stop the authority for ever.
   */
  private void requireHead(AuthorityInfo info, Cid cid) {
    Optional<Head> head = head(cid);
    if (head.isEmpty() || !head.get().genesis().equals(info.genesis())) {
      throw AuthorityException.of(
          "keep `%s` up to `%s`: %s holds no such head of it"
              .formatted(info.name(), cid, registry.place()),
          "`dmg authority show "
              + info.name()
              + "` and the answer to a publish name heads; `dmg import car` takes in what others"
              + " hold");
    }
  }

  private Optional<Head> head(Cid cid) {
    try {
      return Optional.of(Signed.read(registry, cid, Head.class).body());
    } catch (RuntimeException e) {
      if (e instanceof Explained) {
        return Optional.empty(); // it is not held, or something else
      }
      throw e;
    }
  }

  private AuthorityInfo info(String authority) {
    return registry
        .authority(authority)
        .orElseThrow(
            () ->
                new AuthorityException(
                    ErrorCode.AUTHORITY_UNKNOWN,
                    "amend `" + authority + "`: it is not held by " + registry.place(),
                    "claim it by publishing under it, or use a node that holds it"));
  }

  private Signed<AuthorityEntry> last(AuthorityInfo info) {
    return Signed.read(registry, info.keyHead(), AuthorityEntry.class);
  }

  private static AuthorityException noKey(String authority, String doing) {
    return new AuthorityException(
        ErrorCode.KEY_MISSING,
        doing + " `" + authority + "`: this home has none of its owner keys",
        "do it where the authority was claimed, or give the key in DMG_KEY");
  }

  private long now() {
    return clock.instant().getEpochSecond();
  }
}
