package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;

/** Histories of one authority that every implementation has to judge alike. */
final class GoldenChains {

  static final SigningKey HEAD = Forge.key(1);
  static final SigningKey OWNER = Forge.key(2);
  static final SigningKey RECOVERY = Forge.key(3);
  static final SigningKey OWNER_2 = Forge.key(4);
  static final SigningKey DELEGATE = Forge.key(5);
  static final SigningKey HEAD_2 = Forge.key(6);
  static final SigningKey NEW = Forge.key(7);
  static final SigningKey NEW_2 = Forge.key(8);

  /** The encodings of points of small order, which no key may be. */
  static final List<String> SMALL_ORDER =
      List.of(
          "0100000000000000000000000000000000000000000000000000000000000000",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0000000000000000000000000000000000000000000000000000000000000080",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa");

  /**
   * One history.
   *
   * @param offered envelopes in the order in which they are offered; in an invalid one the last is
   *     refused
   */
  record Chain(String name, String shows, Cid genesis, List<Cid> offered, Forge forge) {}

  private final List<Chain> valid = new ArrayList<>();
  private final List<Chain> invalid = new ArrayList<>();

  /** A history in the making: two owners, a recovery key, a delegate for modules, three heads. */
  private static final class World {
    final Forge forge = new Forge();
    final Signed<AuthorityEntry> genesis =
        forge.genesis(
            draft -> {
              draft.owners = Forge.keys(1, OWNER, OWNER_2);
              draft.delegate(DELEGATE, "module/", Cap.RELEASE, Cap.TAG, Cap.YANK);
            },
            OWNER,
            RECOVERY);
    final KeyLog log = KeyLog.of(genesis);
    final Signed<Statement> one = forge.release(log, OWNER, "module/one", "1.0.0");
    final Signed<Head> head0 = head(log, Optional.empty(), HEAD, one);
    final Signed<Statement> two = forge.release(log, DELEGATE, "module/two", "1.0.0");
    final Signed<Head> head1 = head(log, Optional.of(head0), HEAD, two);
    final Signed<Statement> three = forge.release(log, DELEGATE, "module/three", "1.0.0");
    final Signed<Head> head2 = head(log, Optional.of(head1), HEAD, three);

    @SafeVarargs
    final Signed<Head> head(
        KeyLog under, Optional<Signed<Head>> prev, SigningKey key, Signed<Statement>... added) {
      return forge.head(under, prev, Set.of(), key, added);
    }

    Signed<Statement> say(String path, Statement.Op op, Signed<?>... replaces) {
      return forge.statement(
          log,
          OWNER,
          path,
          replaces.length == 0 ? Optional.empty() : Optional.of(replaces[0].cid()),
          op);
    }

    Signed<AuthorityEntry> next(Consumer<Forge.Draft> change, SigningKey... signers) {
      return forge.next(genesis, change, signers);
    }
  }

  static List<Chain> valid() {
    GoldenChains chains = new GoldenChains();
    chains.makeValid();
    return chains.valid;
  }

  static List<Chain> invalid() {
    GoldenChains chains = new GoldenChains();
    chains.makeInvalid();
    return chains.invalid;
  }

  private void add(List<Chain> to, World world, String name, String shows, Signed<?>... offered) {
    to.add(
        new Chain(
            name,
            shows,
            world.genesis.envelope().body(),
            Arrays.stream(offered).map(Signed::cid).toList(),
            world.forge));
  }

  private void ok(World world, String name, String shows, Signed<?>... offered) {
    add(valid, world, name, shows, offered);
  }

  private void bad(World world, String name, String shows, Signed<?>... offered) {
    add(invalid, world, name, shows, offered);
  }

  private void makeValid() {
    World w = new World();
    ok(w, "genesis", "a genesis alone: a key log and no head", w.genesis);
    ok(w, "one-head", "one head with one release", w.genesis, w.head0);
    ok(w, "three-heads", "owners and delegates release", w.genesis, w.head0, w.head1, w.head2);
    ok(w, "heads-first", "order of arrival is no input", w.head2, w.head1, w.head0, w.genesis);
    Signed<Head> renewal = w.head(w.log, Optional.of(w.head0), HEAD);
    ok(w, "renewal", "a head that adds nothing renews the one before", w.genesis, w.head0, renewal);
    keys(w);
    revocations(w);
    homes(w);
    forks(w);
    statements(w);
    others();
  }

  private void keys(World w) {
    Signed<AuthorityEntry> rotated =
        w.next(
            d -> {
              d.owners = Forge.keys(1, NEW, OWNER_2);
              d.revoke(OWNER, Optional.of(w.head2.cid()));
            },
            OWNER,
            NEW,
            RECOVERY);
    ok(
        w,
        "rotation",
        "an owner key is replaced; old owners, new owners and recovery sign; what it said stays",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        rotated);
    ok(
        w,
        "new-recovery",
        "a change of recovery needs the old and the new recovery threshold",
        w.genesis,
        w.next(d -> d.recovery = Forge.keys(1, NEW), RECOVERY, NEW));
    ok(
        w,
        "delegate-added",
        "an owner delegates to another key",
        w.genesis,
        w.next(d -> d.delegate(NEW, "function/x", Cap.RELEASE), OWNER_2));
    Signed<AuthorityEntry> dropped = w.next(d -> d.delegates.clear(), OWNER);
    ok(
        w,
        "delegate-removed",
        "later removal of a delegate changes nothing that was added",
        w.genesis,
        w.head0,
        w.head1,
        dropped);
  }

  private void revocations(World w) {
    Signed<AuthorityEntry> revoked =
        w.next(d -> d.revoke(DELEGATE, Optional.of(w.head1.cid())), OWNER);
    ok(
        w,
        "revocation",
        "what a revoked key said after lastGood is void; the heads stand",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        revoked);
    ok(
        w,
        "revocation-earlier",
        "lastGood moves to an ancestor",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        revoked,
        w.forge.next(revoked, d -> d.revoke(DELEGATE, Optional.of(w.head0.cid())), OWNER));
    ok(
        w,
        "revocation-of-all",
        "without lastGood nothing that the key said counts",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        w.next(d -> d.revoke(DELEGATE, Optional.empty()), OWNER));
    KeyLog after = w.log.then(revoked);
    Signed<Statement> again =
        w.forge.statement(
            after,
            OWNER,
            "module/three",
            Optional.of(w.three.cid()),
            Forge.release("module/three", "1.0.0"));
    ok(
        w,
        "void-release-bound-again",
        "a void release is bound again by one with the same record that replaces it",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        revoked,
        w.forge.head(after, Optional.of(w.head2), Set.of(w.three.cid()), HEAD, again));
  }

  private void homes(World w) {
    Signed<AuthorityEntry> moved = moved(w, Optional.of(w.head1.cid()));
    KeyLog after = w.log.then(moved);
    ok(
        w,
        "moved-home",
        "after a move the old home's later head does not stand",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        moved);
    Signed<Head> next =
        w.head(
            after,
            Optional.of(w.head1),
            HEAD_2,
            w.forge.release(after, OWNER, "module/x", "1.0.0"));
    ok(
        w,
        "moved-home-goes-on",
        "the new home goes on from lastGood, and adds the statement of the void head as it is",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        moved,
        next,
        w.head(after, Optional.of(next), HEAD_2, w.three));
    ok(
        w,
        "moved-before-anything",
        "a home moves before its first head",
        w.genesis,
        moved(w, Optional.empty()));
  }

  private static Signed<AuthorityEntry> moved(World w, Optional<Cid> lastGood) {
    return w.next(
        d -> {
          d.head = HEAD_2.publicKey();
          d.revoke(HEAD, lastGood);
        },
        OWNER);
  }

  private void forks(World w) {
    Signed<AuthorityEntry> a = w.next(d -> d.revoke(DELEGATE, Optional.empty()), OWNER);
    Signed<AuthorityEntry> b = w.next(d -> d.revoke(DELEGATE, Optional.of(w.head1.cid())), OWNER_2);
    ok(
        w,
        "fork-of-owners",
        "two branches of owners: contested at the last common entry; what stood goes on standing",
        w.genesis,
        w.head0,
        w.head1,
        a,
        b);
    ok(
        w,
        "fork-resolved",
        "a recovery-signed entry on one branch ends it",
        w.genesis,
        w.head0,
        w.head1,
        a,
        b,
        w.forge.next(b, d -> {}, OWNER, RECOVERY));
    Signed<AuthorityEntry> thief =
        w.next(
            d -> {
              d.owners = Forge.keys(1, OWNER, NEW);
              d.revoke(OWNER_2, Optional.empty());
            },
            OWNER,
            NEW);
    Signed<AuthorityEntry> rightful =
        w.next(
            d -> {
              d.owners = Forge.keys(1, OWNER_2);
              d.revoke(OWNER, Optional.of(w.head0.cid()));
            },
            OWNER_2,
            RECOVERY);
    ok(
        w,
        "stolen-owner-key",
        "the recovery-signed branch beats the thief's, though his is longer",
        w.genesis,
        w.head0,
        thief,
        w.forge.next(thief, d -> {}, NEW),
        rightful);
    Signed<AuthorityEntry> r1 = w.next(d -> d.revoke(DELEGATE, Optional.empty()), RECOVERY);
    Signed<AuthorityEntry> r2 = w.next(d -> d.delegates.clear(), RECOVERY);
    ok(w, "two-recoveries", "two recovery-signed branches are contested", w.genesis, r1, r2);
    Signed<AuthorityEntry> s1 = w.forge.next(r1, d -> d.resolves = Optional.of(r2.cid()), RECOVERY);
    ok(w, "two-recoveries-resolved", "the one that resolves the other wins", w.genesis, r1, r2, s1);
    ok(
        w,
        "two-recoveries-each-resolving",
        "if both resolve each other it is contested",
        w.genesis,
        r1,
        r2,
        s1,
        w.forge.next(r2, d -> d.resolves = Optional.of(r1.cid()), RECOVERY));
    Signed<Head> copy =
        w.head(
            w.log, Optional.of(w.head0), HEAD, w.forge.release(w.log, OWNER, "module/y", "1.0.0"));
    ok(
        w,
        "fork-of-heads",
        "two heads of one epoch and key: the tip is the head before they part",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        copy);
    ok(
        w,
        "fork-of-heads-healed",
        "a revocation that leaves one side standing ends it; the proof stays",
        w.genesis,
        w.head0,
        w.head1,
        w.head2,
        copy,
        moved(w, Optional.of(w.head2.cid())));
    ok(
        w,
        "fork-of-first-heads",
        "two heads of epoch 0: none stands",
        w.genesis,
        w.head0,
        w.head(w.log, Optional.empty(), HEAD, w.two));
  }

  private void statements(World w) {
    Signed<Statement> yank = w.say("module/one", new Statement.Yank("1.0.0", "broken"));
    Signed<Head> yanked = w.head(w.log, Optional.of(w.head0), HEAD, yank);
    Signed<Statement> unyank = w.say("module/one", new Statement.Unyank("1.0.0"), yank);
    ok(
        w,
        "yank-and-unyank",
        "the second says what it replaces",
        w.genesis,
        w.head0,
        yanked,
        w.head(w.log, Optional.of(yanked), HEAD, unyank));
    ok(
        w,
        "deprecations",
        "of a version and of a range, with a successor of another authority",
        w.genesis,
        w.head0,
        w.head(
            w.log,
            Optional.of(w.head0),
            HEAD,
            w.say(
                "module/one",
                new Statement.Deprecate(
                    Optional.of("1.0.0"), Optional.empty(), "old", Optional.empty())),
            w.say(
                "module/one",
                new Statement.Deprecate(
                    Optional.empty(),
                    Optional.of("<2.0.0"),
                    "moved",
                    Optional.of("com.example/module/one")))));
    ok(
        w,
        "withdrawal",
        "an owner withdraws",
        w.genesis,
        w.head0,
        w.head(
            w.log,
            Optional.of(w.head0),
            HEAD,
            w.say("module/one", new Statement.Withdraw("1.0.0", "malware"))));
    Signed<Statement> tag = w.say("module/one", new Statement.Tag("beta", "1.0.0"));
    Signed<Statement> more = w.forge.release(w.log, OWNER, "module/one", "1.1.0");
    ok(
        w,
        "tag-moves",
        "a tag is set, and moved in the head in which its version appears",
        w.genesis,
        w.head0,
        w.head(
            w.log,
            Optional.of(w.head0),
            HEAD,
            tag,
            more,
            w.say("module/one", new Statement.Tag("beta", "1.1.0"), tag)));
  }

  private void others() {
    Forge forge = new Forge();
    String name = new org.dxos.dmg.cid.PeerId(OWNER.publicKey().bytes()).keyAuthority();
    Signed<AuthorityEntry> key = forge.genesis(d -> d.authority = name, OWNER, RECOVERY);
    valid.add(
        new Chain(
            "key-authority",
            "a name that is a key has that key as its only owner",
            key.envelope().body(),
            List.of(key.cid()),
            forge));
    Forge many = new Forge();
    Signed<AuthorityEntry> thresholds =
        many.genesis(
            d -> {
              d.owners = Forge.keys(2, OWNER, OWNER_2, NEW);
              d.recovery = Forge.keys(2, RECOVERY, NEW_2);
            },
            OWNER,
            OWNER_2,
            RECOVERY,
            NEW_2);
    valid.add(
        new Chain(
            "thresholds",
            "two of three owners and two of two recovery keys",
            thresholds.envelope().body(),
            List.of(thresholds.cid(), many.next(thresholds, d -> {}, OWNER_2, NEW).cid()),
            many));
  }

  // ---- what is refused ----

  private void makeInvalid() {
    World w = new World();
    genesisFaults();
    entryFaults(w);
    headFaults(w);
    statementFaults(w);
    splices(w);
    bodyFaults(w);
  }

  private void genesisFaults() {
    genesis("genesis-without-recovery", "recovery keys have to sign", d -> {}, OWNER);
    genesis("genesis-without-owner", "owners have to sign", d -> {}, RECOVERY);
    genesis(
        "genesis-signed-by-a-stranger",
        "signers are owners or recovery keys",
        d -> {},
        OWNER,
        RECOVERY,
        NEW);
    genesis(
        "genesis-below-threshold",
        "two owners have to sign",
        d -> d.owners = Forge.keys(2, OWNER, OWNER_2),
        OWNER,
        RECOVERY);
    genesis(
        "genesis-of-another-key",
        "a key authority has exactly that key as its owner",
        d -> d.authority = new org.dxos.dmg.cid.PeerId(NEW.publicKey().bytes()).keyAuthority(),
        OWNER,
        RECOVERY);
    genesis(
        "genesis-upper-case",
        "names are spelled in lower case",
        d -> d.authority = "Org.dxos",
        OWNER,
        RECOVERY);
    genesis(
        "genesis-one-label", "a domain has two labels", d -> d.authority = "org", OWNER, RECOVERY);
    genesis(
        "genesis-with-id",
        "a genesis names itself without an id",
        d -> d.authority = "org.dxos~x",
        OWNER,
        RECOVERY);
  }

  private void genesis(String name, String shows, Consumer<Forge.Draft> change, SigningKey... by) {
    Forge forge = new Forge();
    Signed<AuthorityEntry> made = forge.genesis(change, by);
    invalid.add(new Chain(name, shows, made.envelope().body(), List.of(made.cid()), forge));
  }

  private void entry(
      World w, String name, String shows, Consumer<Forge.Draft> change, SigningKey... by) {
    bad(w, name, shows, w.genesis, w.head0, w.head1, w.next(change, by));
  }

  private void entryFaults(World w) {
    entry(w, "entry-by-a-delegate", "a delegate may not change the key log", d -> {}, DELEGATE);
    entry(w, "entry-by-the-home", "nor may the head key", d -> {}, HEAD);
    entry(w, "entry-by-a-stranger", "nor may anybody", d -> {}, NEW);
    entry(
        w, "entry-with-a-stranger", "each signer is an owner or recovery key", d -> {}, OWNER, NEW);
    entry(w, "seq-gap", "seq is that before and one", d -> d.seq = 2, OWNER);
    entry(w, "fast-forward", "and no larger, however large", d -> d.seq = (1L << 53) - 1, OWNER);
    entry(w, "renamed", "the name never changes", d -> d.authority = "org.dxos.labs", OWNER);
    entry(
        w,
        "another-genesis",
        "nor does the id",
        d -> d.genesis = Optional.of(w.one.envelope().body()),
        OWNER);
    entry(
        w,
        "owners-without-the-new",
        "new owners have to sign",
        d -> d.owners = Forge.keys(1, NEW),
        OWNER);
    entry(
        w,
        "owners-by-the-new-alone",
        "old owners or recovery have to sign",
        d -> d.owners = Forge.keys(1, NEW),
        NEW);
    entry(
        w,
        "recovery-by-owners",
        "recovery keys change with their own signature",
        d -> d.recovery = Forge.keys(1, NEW),
        OWNER,
        NEW);
    entry(
        w,
        "recovery-without-the-new",
        "and with that of the new ones",
        d -> d.recovery = Forge.keys(1, NEW),
        RECOVERY);
    entry(
        w,
        "head-key-not-revoked",
        "a new head key revokes the old one",
        d -> d.head = HEAD_2.publicKey(),
        OWNER);
    entry(
        w,
        "resolves-by-owners",
        "only recovery resolves",
        d -> d.resolves = Optional.of(w.genesis.cid()),
        OWNER);
    Signed<AuthorityEntry> revoked =
        w.next(d -> d.revoke(DELEGATE, Optional.of(w.head0.cid())), OWNER);
    bad(
        w,
        "unrevoked",
        "a revoked key stays revoked",
        w.genesis,
        w.head0,
        w.head1,
        revoked,
        w.forge.next(revoked, d -> d.revoked.clear(), OWNER));
    bad(
        w,
        "last-good-later",
        "lastGood moves to an ancestor only",
        w.genesis,
        w.head0,
        w.head1,
        revoked,
        w.forge.next(revoked, d -> d.revoke(DELEGATE, Optional.of(w.head1.cid())), OWNER));
    Signed<AuthorityEntry> none = w.next(d -> d.revoke(DELEGATE, Optional.empty()), OWNER);
    bad(
        w,
        "last-good-appears",
        "none is the earliest of all",
        w.genesis,
        w.head0,
        none,
        w.forge.next(none, d -> d.revoke(DELEGATE, Optional.of(w.head0.cid())), OWNER));
    bad(
        w,
        "second-genesis",
        "another genesis is another authority",
        w.genesis,
        w.forge.genesis(d -> d.created = 7, OWNER, RECOVERY));
  }

  private void headFaults(World w) {
    bad(
        w,
        "head-by-an-owner",
        "heads are signed by the head key",
        w.genesis,
        w.head(w.log, Optional.empty(), OWNER, w.one));
    bad(
        w,
        "head-wrong-state",
        "a head signs the state its statements lead to",
        w.genesis,
        w.forge.head(w.log, Optional.empty(), w.head1.body().state(), HEAD, w.one));
    bad(
        w,
        "head-adds-twice",
        "a statement takes effect once",
        w.genesis,
        w.head0,
        w.forge.head(w.log, Optional.of(w.head0), w.head0.body().state(), HEAD, w.one));
    head(
        w, "head-epoch-gap", "epoch is that before and one", node -> node.put("epoch", Node.of(7)));
    head(w, "head-wrong-seq", "keySeq is that of keyHead", node -> node.put("keySeq", Node.of(1)));
    head(
        w,
        "head-another-authority",
        "genesis is the authority's",
        node -> node.put("genesis", Node.of(w.one.envelope().body())));
    Signed<AuthorityEntry> side = w.next(d -> d.delegates.clear(), OWNER_2);
    Signed<AuthorityEntry> other = w.next(d -> d.revoke(DELEGATE, Optional.empty()), OWNER);
    Signed<Head> onSide =
        w.head(
            w.log.then(side),
            Optional.of(w.head0),
            HEAD,
            w.forge.release(w.log.then(side), OWNER, "module/z", "1.0.0"));
    bad(
        w,
        "head-crosses-branches",
        "keyHead is prev's or a later entry of its branch",
        w.genesis,
        w.head0,
        side,
        other,
        onSide,
        w.head(
            w.log.then(other),
            Optional.of(onSide),
            HEAD,
            w.forge.release(w.log.then(other), OWNER, "module/q", "1.0.0")));
    Signed<AuthorityEntry> moved = moved(w, Optional.of(w.head0.cid()));
    bad(
        w,
        "head-by-the-old-home",
        "under the new entry only the new head key signs",
        w.genesis,
        w.head0,
        moved,
        w.head(
            w.log.then(moved),
            Optional.of(w.head0),
            HEAD,
            w.forge.release(w.log.then(moved), OWNER, "module/z", "1.0.0")));
  }

  private void head(World w, String name, String shows, Consumer<Map<String, Node>> change) {
    bad(w, name, shows, w.genesis, w.head0, raw(w.forge, w.head1.body(), change, HEAD));
  }

  private void added(World w, String name, String shows, Signed<Statement> statement) {
    bad(
        w,
        name,
        shows,
        w.genesis,
        w.head0,
        w.head1,
        w.head(w.log, Optional.of(w.head1), HEAD, statement));
  }

  private void statementFaults(World w) {
    added(
        w,
        "release-by-a-stranger",
        "a key signs that is owner or delegate",
        w.forge.release(w.log, NEW, "module/x", "1.0.0"));
    added(
        w,
        "release-out-of-scope",
        "a delegate keeps to its scope",
        w.forge.release(w.log, DELEGATE, "function/x", "1.0.0"));
    added(
        w,
        "withdrawal-by-a-delegate",
        "withdrawals are the owners' alone",
        w.forge.statement(
            w.log,
            DELEGATE,
            "module/two",
            Optional.empty(),
            new Statement.Withdraw("1.0.0", "no")));
    added(
        w,
        "release-of-a-bound-version",
        "a version is bound once",
        w.forge.statement(
            w.log,
            OWNER,
            "module/one",
            Optional.empty(),
            new Statement.Release(
                "1.0.0", w.forge.put(new byte[] {(byte) 0xa0}), List.of(), Map.of())));
    added(
        w,
        "release-replaces-what-counts",
        "only a void release is replaced",
        w.forge.statement(
            w.log,
            OWNER,
            "module/one",
            Optional.of(w.one.cid()),
            new Statement.Release(
                "1.0.0", w.forge.put(new byte[] {(byte) 0xa0}), List.of(), Map.of())));
    added(
        w,
        "release-replaces-nothing",
        "replaces is absent where nothing stands",
        w.forge.statement(
            w.log,
            OWNER,
            "module/new",
            Optional.of(w.one.cid()),
            Forge.release("module/new", "1.0.0")));
    Signed<Head> carrying = w.head(w.log, Optional.of(w.head1), HEAD, carrier(w, "module/carrier"));
    bad(
        w,
        "name-of-another-module",
        "a function name belongs to one module for ever",
        w.genesis,
        w.head0,
        w.head1,
        carrying,
        w.head(w.log, Optional.of(carrying), HEAD, carrier(w, "module/thief")));
    added(
        w,
        "yank-of-nothing",
        "what is yanked is there",
        w.say("module/one", new Statement.Yank("9.0.0", "no")));
    added(
        w,
        "tag-of-nothing",
        "what is tagged is there",
        w.say("module/one", new Statement.Tag("beta", "9.0.0")));
    added(
        w,
        "tag-replaces-nothing",
        "replaces is absent where nothing stands",
        w.say("module/one", new Statement.Tag("beta", "1.0.0"), w.one));
    added(
        w,
        "promotion",
        "promotions come from spaces, which this chain has none of",
        w.say(
            "module/one",
            new Statement.Promote(new Statement.SpaceTag(new byte[32]), List.of(w.one.cid()))));
    Signed<Statement> tooOld = aged(w, -(90L * 86_400 + 100));
    added(w, "statement-too-old", "created is at most 90 days before the head", tooOld);
    added(w, "statement-from-the-future", "and at most a day after it", aged(w, 86_400 + 100));
    Signed<AuthorityEntry> revoked =
        w.next(d -> d.revoke(DELEGATE, Optional.of(w.head1.cid())), OWNER);
    bad(
        w,
        "release-by-a-revoked-key",
        "a revoked key adds nothing",
        w.genesis,
        w.head0,
        w.head1,
        revoked,
        w.head(
            w.log.then(revoked),
            Optional.of(w.head1),
            HEAD,
            w.forge.release(w.log, DELEGATE, "module/x", "1.0.0")));
    Signed<AuthorityEntry> later = w.next(d -> {}, OWNER);
    bad(
        w,
        "auth-of-a-later-entry",
        "auth is keyHead or an ancestor",
        w.genesis,
        w.head0,
        w.head1,
        later,
        w.head(
            w.log,
            Optional.of(w.head1),
            HEAD,
            w.forge.release(w.log.then(later), OWNER, "module/x", "1.0.0")));
    Signed<AuthorityEntry> expired =
        w.next(
            d -> {
              d.delegates.clear();
              d.delegates.add(
                  new AuthorityEntry.Delegate(
                      NEW.publicKey(),
                      List.of("module/"),
                      List.of(Cap.RELEASE),
                      5,
                      50,
                      Optional.empty()));
            },
            OWNER);
    bad(
        w,
        "delegate-expired",
        "notBefore <= issued < notAfter",
        w.genesis,
        w.head0,
        w.head1,
        expired,
        w.head(
            w.log.then(expired),
            Optional.of(w.head1),
            HEAD,
            w.forge.release(w.log.then(expired), NEW, "module/x", "1.0.0")));
  }

  private static Signed<Statement> carrier(World w, String path) {
    return w.forge.statement(
        w.log,
        OWNER,
        path,
        Optional.empty(),
        new Statement.Release(
            "1.0.0", w.forge.put(new byte[] {(byte) 0xa0}), List.of("function/f"), Map.of()));
  }

  private static Signed<Statement> aged(World w, long seconds) {
    Statement plain = w.forge.release(w.log, OWNER, "module/x", "1.0.0").body();
    return w.forge.sign(
        new Statement(
            plain.genesis(),
            plain.path(),
            plain.auth(),
            plain.key(),
            plain.op(),
            plain.space(),
            plain.replaces(),
            Forge.START + seconds,
            plain.ext()),
        List.of(OWNER));
  }

  private void splices(World w) {
    bad(
        w,
        "statement-as-a-link-of-the-log",
        "a statement is no entry and no head",
        w.genesis,
        w.one);
    bad(
        w,
        "entry-signed-as-a-head",
        "the type is part of what is signed",
        w.genesis,
        under(w.forge, w.next(d -> {}, OWNER).body(), Head.TYPE, OWNER));
    bad(
        w,
        "head-signed-as-an-entry",
        "both ways",
        w.genesis,
        under(w.forge, w.head0.body(), AuthorityEntry.TYPE, HEAD));
    bad(
        w,
        "signature-of-another-body",
        "a signature is of one body",
        w.genesis,
        spliced(w.forge, w.next(d -> {}, OWNER), w.next(d -> d.delegates.clear(), OWNER)));
    bad(
        w,
        "one-signature-too-many",
        "exactly the signers sign",
        w.genesis,
        w.forge.sign(w.next(d -> {}, OWNER).body(), List.of(OWNER, OWNER_2)));
    bad(
        w,
        "one-signature-too-few",
        "exactly the signers sign",
        w.genesis,
        w.forge.sign(w.next(d -> {}, OWNER, OWNER_2).body(), List.of(OWNER)));
    World foreign = new World();
    Signed<AuthorityEntry> theirs =
        foreign.forge.genesis(d -> d.authority = "com.example", OWNER, RECOVERY);
    w.forge.blocks.putAll(foreign.forge.blocks);
    KeyLog theirLog = KeyLog.of(theirs);
    bad(
        w,
        "head-of-another-authority",
        "a head of one is no head of another",
        w.genesis,
        raw(
            w.forge,
            w.forge
                .head(
                    theirLog,
                    Optional.empty(),
                    Set.of(),
                    HEAD,
                    w.forge.release(theirLog, OWNER, "module/x", "1.0.0"))
                .body(),
            node -> node.put("keyHead", Node.of(w.genesis.cid())),
            HEAD));
    added(
        w,
        "statement-of-another-authority",
        "a statement of one is none of another",
        w.forge.release(theirLog, OWNER, "module/x", "1.0.0"));
    bad(
        w,
        "head-of-a-space",
        "a head of a space is no public head",
        w.genesis,
        raw(
            w.forge,
            w.head0.body(),
            node -> node.put("space", Node.of(w.one.envelope().body())),
            HEAD));
  }

  private void bodyFaults(World w) {
    for (int i = 0; i < SMALL_ORDER.size(); i++) {
      byte[] weak = HexFormat.of().parseHex(SMALL_ORDER.get(i));
      for (String role : List.of("owner", "recovery", "headKey")) {
        body(
            w,
            "small-order-" + i + "-" + role,
            "no key has small order",
            node -> weaken(node, role, weak));
      }
    }
    body(
        w,
        "threshold-zero",
        "1 to 4 and at most the number of keys",
        node -> threshold(node, Node.of(0)));
    body(
        w,
        "threshold-negative",
        "1 to 4 and at most the number of keys",
        node -> threshold(node, Node.of(-1)));
    body(
        w,
        "threshold-too-high",
        "1 to 4 and at most the number of keys",
        node -> threshold(node, Node.of(3)));
    body(w, "duplicate-owner", "keys are distinct", node -> owners(node, key(OWNER), key(OWNER)));
    body(
        w,
        "unsorted-owners",
        "keys are sorted",
        node -> {
          List<Node> sorted = new ArrayList<>(List.of(key(OWNER), key(OWNER_2)));
          sorted.sort(
              (a, b) -> Arrays.compareUnsigned(((Node.Bytes) b).value(), ((Node.Bytes) a).value()));
          owners(node, sorted.toArray(Node[]::new));
        });
    body(
        w,
        "owner-is-recovery",
        "owners and recovery keys are disjoint",
        node -> owners(node, key(RECOVERY)));
    body(
        w,
        "owner-is-head-key",
        "owners and the head key are disjoint",
        node -> owners(node, key(HEAD)));
    body(
        w,
        "unknown-field",
        "unknown fields are an error, except under ext",
        node -> node.put("color", Node.of("red")));
    body(
        w,
        "ext-with-a-link",
        "ext has no links",
        node -> node.put("ext", map("x", Node.of(w.genesis.cid()))));
    body(w, "ext-empty", "an empty map is not written", node -> node.put("ext", Node.Map.EMPTY));
    body(
        w,
        "newer-body",
        "a body of a newer version is not read",
        node -> node.put("type", Node.of("dmg/authority/2")));
    body(
        w,
        "name-with-bidi",
        "text that turns direction is refused",
        node -> node.put("authority", Node.of("org.dxos\u202e")));
  }

  /** A genesis with one field changed. */
  private void body(World w, String name, String shows, Consumer<Map<String, Node>> change) {
    Forge forge = new Forge();
    Signed<AuthorityEntry> made = raw(forge, w.genesis.body(), change, OWNER, RECOVERY);
    invalid.add(new Chain(name, shows, made.envelope().body(), List.of(made.cid()), forge));
  }

  private static Node key(SigningKey key) {
    return Node.of(key.publicKey().bytes());
  }

  private static Node.Map map(String name, Node value) {
    return new MapBuilder().put(name, value).build();
  }

  private static void owners(Map<String, Node> node, Node... keys) {
    node.put(
        "owners",
        new MapBuilder().put("threshold", 1).put("keys", new Node.Array(List.of(keys))).build());
  }

  private static void threshold(Map<String, Node> node, Node threshold) {
    Map<String, Node> owners = new LinkedHashMap<>(((Node.Map) node.get("owners")).entries());
    node.put(
        "owners",
        new MapBuilder().put("threshold", threshold).put("keys", owners.get("keys")).build());
  }

  private static void weaken(Map<String, Node> node, String role, byte[] weak) {
    switch (role) {
      case "owner" -> owners(node, Node.of(weak));
      case "recovery" ->
          node.put(
              "recovery",
              new MapBuilder()
                  .put("threshold", 1)
                  .put("keys", new Node.Array(List.of(Node.of(weak))))
                  .build());
      default -> {
        Map<String, Node> home = new LinkedHashMap<>(((Node.Map) node.get("home")).entries());
        node.put(
            "home",
            new MapBuilder().put("headKey", Node.of(weak)).put("peer", home.get("peer")).build());
      }
    }
  }

  /** A body whose fields were changed after it was made, signed as it is now. */
  private static <B extends Body> Signed<B> raw(
      Forge forge, B body, Consumer<Map<String, Node>> change, SigningKey... keys) {
    Map<String, Node> fields = new LinkedHashMap<>(((Node.Map) body.node()).entries());
    change.accept(fields);
    MapBuilder map = new MapBuilder();
    fields.forEach(map::putAlways);
    byte[] block = DagCbor.encode(map.build());
    forge.put(block);
    Envelope envelope = Envelope.sign(body.type(), block, List.of(keys));
    return new Signed<>(forge.put(envelope.encode()), envelope, body);
  }

  private static <B extends Body> Signed<B> under(
      Forge forge, B body, String type, SigningKey... keys) {
    byte[] block = body.encode();
    forge.put(block);
    Envelope envelope = Envelope.sign(type, block, List.of(keys));
    return new Signed<>(forge.put(envelope.encode()), envelope, body);
  }

  private static <B extends Body> Signed<B> spliced(
      Forge forge, Signed<B> body, Signed<B> signatures) {
    Envelope envelope = new Envelope(body.envelope().body(), signatures.envelope().signatures());
    return new Signed<>(forge.put(envelope.encode()), envelope, body.body());
  }

  /** The blocks that a history needs: envelopes, bodies, and the statements that heads add. */
  static Set<Cid> blocks(Chain chain) {
    Set<Cid> needed = new LinkedHashSet<>();
    for (Cid envelope : chain.offered()) {
      add(envelope, chain.forge(), needed);
    }
    return needed;
  }

  private static void add(Cid envelope, Forge forge, Set<Cid> needed) {
    needed.add(envelope);
    Cid body = Envelope.decode(forge.blocks.get(envelope)).body();
    needed.add(body);
    if (DagCbor.decode(forge.blocks.get(body)) instanceof Node.Map map
        && map.entries().get("added") instanceof Node.Array added) {
      for (Node one : added.items()) {
        if (one instanceof Node.Link link && forge.blocks.containsKey(link.cid())) {
          add(link.cid(), forge, needed);
        }
      }
    }
  }
}
