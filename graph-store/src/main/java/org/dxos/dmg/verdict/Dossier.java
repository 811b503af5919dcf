package org.dxos.dmg.verdict;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.mst.TreeException;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.Statement;

/**
 * The valid envelopes held about one authority: the entries of its key log, on whatever branch, and
 * the heads that hold. It only grows, and the order in which it grew makes no difference: what
 * links to something not held yet waits in it, and is never refused for good.
 *
 * <p>What {@link Axiom} makes of it is the verdict. Used by one thread.
 */
public final class Dossier {

  /** Envelopes that may wait for others at a time. One more is turned away, to come again. */
  static final int MAX_WAITING = 1024;

  private final Cid genesis;
  private final Chain chain;
  private final BlockSource blocks;
  private final BlockSink sink;
  private final Ahead ahead;
  private final Map<Cid, Entry> entries = new LinkedHashMap<>();
  private final Map<Cid, Link> heads = new LinkedHashMap<>();

  /** Every valid envelope, to its body. */
  private final Map<Cid, Cid> bodies = new HashMap<>();

  /** Of each body, the envelope with the lowest CID: the one that is shown. */
  private final Map<Cid, Signed<?>> lowest = new HashMap<>();

  /** Of a head, what is void under its own entry; found when it is asked for. */
  private final Map<Moment, Set<Cid>> voided = new HashMap<>();

  /**
   * A head, as of something that was said of revoked keys.
   *
   * @param head its body
   */
  private record Moment(Chain said, Cid head) {}

  private final Set<Cid> waiting = new LinkedHashSet<>();

  /** Branches of the key log by the entry they end with, as long as no entry is added. */
  private final Map<Entry, KeyLog> logs = new HashMap<>();

  /** The state tree of the head that was checked last: most heads go on from it. */
  private Optional<MerkleSearchTree> reached = Optional.empty();

  /** State trees that are not held any more and were made anew; empty as long as none was. */
  private Optional<Replay> remade = Optional.empty();

  /**
   * An entry of the key log.
   *
   * @param signed with the envelope that came first; {@link #lowest} is the one that is shown
   * @param before the one before it; empty for the genesis
   */
  record Entry(Signed<AuthorityEntry> signed, Optional<Entry> before) {

    AuthorityEntry body() {
      return signed.body();
    }

    /** The CID of the body, by which it is known. */
    Cid id() {
      return signed.envelope().body();
    }

    boolean recoverySigned() {
      return before.isPresent() && KeyRules.recoverySigned(body(), before.get().body());
    }

    /** True if this is {@code other} or before it. */
    boolean leadsTo(Entry other) {
      Entry at = other;
      while (at.body().seq() > body().seq()) {
        at = at.before.orElseThrow();
      }
      return at.equals(this);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Entry entry && entry.id().equals(id());
    }

    @Override
    public int hashCode() {
      return id().hashCode();
    }
  }

  /**
   * A head that holds.
   *
   * @param signed with the envelope that came first
   * @param before the one before it; empty at epoch 0
   * @param entry the key log entry under which it stands
   */
  record Link(Signed<Head> signed, Optional<Link> before, Entry entry) {

    Head body() {
      return signed.body();
    }

    /** The CID of the body, by which it is known. */
    Cid id() {
      return signed.envelope().body();
    }

    PublicKey key() {
      return entry.body().home().headKey();
    }

    /** True if this is {@code other} or before it. */
    boolean leadsTo(Link other) {
      Link at = other;
      while (at.body().epoch() > body().epoch()) {
        at = at.before.orElseThrow();
      }
      return at.equals(this);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Link link && link.id().equals(id());
    }

    @Override
    public int hashCode() {
      return id().hashCode();
    }
  }

  /** What became of an envelope that was offered. */
  public enum Offer {
    /** It is valid, and held from now on. */
    ADMITTED,
    /** It was held. */
    KNOWN,
    /** Something that it links to is not held. */
    WAITS
  }

  /** One of the authority's public chain. */
  public Dossier(Cid genesis, BlockSource blocks, BlockSink sink) {
    this(genesis, Chain.PUBLIC, blocks, sink);
  }

  /**
   * @param genesis the authority id
   * @param chain of which the heads are
   * @param blocks where everything offered can be read, now and later
   * @param sink takes the nodes of the state trees that heads sign
   */
  public Dossier(Cid genesis, Chain chain, BlockSource blocks, BlockSink sink) {
    this(genesis, chain, blocks, sink, Ahead.nothing());
  }

  /**
   * @param genesis the authority id
   * @param chain of which the heads are
   * @param blocks where everything offered can be read, now and later
   * @param sink takes the nodes of the state trees that heads sign
   * @param ahead what was read and verified already of what will be offered
   */
  public Dossier(Cid genesis, Chain chain, BlockSource blocks, BlockSink sink, Ahead ahead) {
    this.genesis = genesis;
    this.chain = chain;
    this.blocks = blocks;
    this.sink = sink;
    this.ahead = ahead;
  }

  /**
   * Takes an envelope of a key log entry or of a head, and whatever waited for it.
   *
   * @throws AdmissionException.Refused if it is not valid, whatever else is held
   */
  public Offer offer(Cid envelope) {
    Offer offer = take(envelope);
    if (offer == Offer.ADMITTED) {
      retry();
    }
    return offer;
  }

  private Offer take(Cid envelope) {
    if (bodies.containsKey(envelope)) {
      return Offer.KNOWN;
    }
    try {
      Signed<Body> signed = ahead.envelope(envelope, blocks);
      Envelope read = signed.envelope();
      Body body = signed.body();
      switch (body) {
        case AuthorityEntry entry -> takeEntry(new Signed<>(envelope, read, entry));
        case Head head -> takeHead(new Signed<>(envelope, read, head));
        default ->
            throw new AdmissionException.Refused(
                ErrorCode.BODY_INVALID,
                "admit `"
                    + envelope
                    + "`: a `"
                    + body.type()
                    + "`, expected a key log entry or a head; statements come with their heads");
      }
      hold(new Signed<>(envelope, read, body));
      return Offer.ADMITTED;
    } catch (AdmissionException.Refused e) {
      if (e.code() != ErrorCode.BLOCK_MISSING) {
        throw e;
      }
      if (waiting.size() < MAX_WAITING) {
        waiting.add(envelope);
      }
      return Offer.WAITS;
    }
  }

  /** Takes what waited, as long as that lets something else in. What proves invalid is dropped. */
  private void retry() {
    boolean again = true;
    while (again) {
      again = false;
      for (Cid envelope : new ArrayList<>(waiting)) {
        waiting.remove(envelope);
        try {
          again |= take(envelope) == Offer.ADMITTED;
        } catch (AdmissionException.Refused | org.dxos.dmg.error.FormatException e) {
          continue; // it was never admitted, and whoever offered it has had its answer
        }
      }
    }
  }

  private void takeEntry(Signed<AuthorityEntry> signed) {
    Cid body = signed.envelope().body();
    Optional<Entry> held = Optional.ofNullable(entries.get(body));
    if (held.isPresent()) {
      signed.requireSigned();
      return;
    }
    if (signed.body().prev().isEmpty()) {
      if (!body.equals(genesis)) {
        throw new AdmissionException.Refused(
            ErrorCode.AUTHORITY_CONTESTED,
            "admit genesis `" + body + "`: it is of another authority than `" + genesis + "`");
      }
      KeyRules.requireGenesis(signed);
      entries.put(body, new Entry(signed, Optional.empty()));
      return;
    }
    Entry before = entry(signed.body().prev().get());
    KeyRules.requireNext(signed, before.body(), genesis, this::leadsTo);
    entries.put(body, new Entry(signed, Optional.of(before)));
  }

  private void takeHead(Signed<Head> signed) {
    Cid body = signed.envelope().body();
    Entry entry = entry(signed.body().keyHead());
    Optional<Link> held = Optional.ofNullable(heads.get(body));
    if (held.isPresent()) {
      signed.requireSignedBy(held.get().key());
      return;
    }
    Optional<Link> before = signed.body().prev().map(this::head);
    HeadRules.requireSignature(signed, chain, log(entry), ahead);
    requireHolds(
        signed, entry, before, isVoid -> checkOrRemake(signed, log(entry), before, isVoid));
    heads.put(body, new Link(signed, before, entry));
  }

  /**
   * Checks that a head holds, as of now or of another moment at which it may have been signed. One
   * that holds at none may hold at one that is not known yet: it comes again with what it lacks.
   *
   * @param check of what it adds, given what is void before it
   */
  private void requireHolds(
      Signed<Head> signed, Entry entry, Optional<Link> before, Consumer<Set<Cid>> check) {
    List<AdmissionException.Refused> refused = new ArrayList<>();
    // Where nothing is revoked nothing is void, whatever a space says.
    boolean one = entry.body().revoked().isEmpty();
    for (Chain moment : one ? List.of(chain) : chain.moments(genesis)) {
      try {
        Set<Cid> isVoid = before.map(link -> voided(moment, entry, link, true)).orElse(Set.of());
        check.accept(isVoid);
        voided.put(new Moment(moment, signed.envelope().body()), isVoid);
        return;
      } catch (AdmissionException.Refused e) {
        refused.add(e);
      }
    }
    throw refused.stream()
        .filter(e -> e.code() == ErrorCode.BLOCK_MISSING)
        .findFirst()
        .orElse(refused.getFirst());
  }

  private void checkOrRemake(
      Signed<Head> signed, KeyLog log, Optional<Link> before, Set<Cid> isVoid) {
    try {
      check(signed, log, before, isVoid);
    } catch (TreeException e) {
      if (e.code() != ErrorCode.BLOCK_MISSING || before.isEmpty()) {
        throw e;
      }
      remade = Optional.of(remake(before.get()));
      check(signed, log, before, isVoid);
    }
  }

  private void check(Signed<Head> signed, KeyLog log, Optional<Link> before, Set<Cid> isVoid) {
    BlockSource trees = remade.isPresent() ? remade.get() : blocks;
    BlockSink both =
        (cid, block) -> {
          remade.ifPresent(one -> one.put(cid, block));
          sink.put(cid, block);
        };
    HeadRules.requireLinks(signed, log, before.map(Link::signed));
    MerkleSearchTree state =
        before
            .map(link -> tree(link.body().state(), trees))
            .orElseGet(() -> MerkleSearchTree.empty(trees));
    reached = Optional.of(HeadRules.check(signed, chain, log, state, isVoid, trees, both, ahead));
  }

  private MerkleSearchTree tree(Cid root, BlockSource trees) {
    return reached
        .filter(last -> remade.isEmpty() && last.root().equals(root))
        .orElseGet(() -> MerkleSearchTree.at(root, trees));
  }

  /**
   * The state trees up to a head, made anew from what its chain added. A store keeps the newest
   * trees alone; what goes on from an older head needs that one's.
   */
  private Replay remake(Link tip) {
    Deque<Link> path = new ArrayDeque<>();
    for (Optional<Link> at = Optional.of(tip); at.isPresent(); at = at.get().before) {
      path.push(at.get());
    }
    Replay replay = new Replay(blocks);
    for (Link link : path) {
      requireHolds(
          link.signed,
          link.entry,
          link.before,
          isVoid ->
              HeadRules.check(
                  link.signed,
                  chain,
                  log(link.entry),
                  link.before.map(Link::signed),
                  isVoid,
                  replay,
                  replay));
      replay.passed(link.body());
    }
    return replay;
  }

  /**
   * Sees to it that all of the state tree of a head is there: where a node of it is not, the tree
   * is made anew and those nodes are put into the sink.
   *
   * @param head that is among those held here
   */
  public void requireTree(Signed<Head> head) {
    Link link = head(head.cid());
    try {
      MerkleSearchTree.at(head.body().state(), blocks).eachNode(_ -> true, _ -> {});
    } catch (TreeException e) {
      if (e.code() != ErrorCode.BLOCK_MISSING) {
        throw e;
      }
      Replay replay = remake(link);
      MerkleSearchTree.at(head.body().state(), replay)
          .eachNode(
              cid -> {
                if (blocks.get(cid).isEmpty()) {
                  sink.put(cid, Signed.need(replay, cid, "tree node"));
                }
                return true;
              },
              _ -> {});
    }
  }

  /**
   * Takes what was found valid before: envelopes from a store of one's own, each after those it
   * links to.
   */
  public void restore(Cid envelope) {
    Envelope read = Envelope.decode(Signed.need(blocks, envelope, "envelope"));
    switch (Body.decode(Signed.need(blocks, read.body(), "body"))) {
      case AuthorityEntry entry -> {
        Optional<Entry> before = entry.prev().map(this::entry);
        entries.putIfAbsent(read.body(), new Entry(new Signed<>(envelope, read, entry), before));
      }
      case Head head -> {
        Optional<Link> before = head.prev().map(this::head);
        Entry entry = entry(head.keyHead());
        heads.putIfAbsent(read.body(), new Link(new Signed<>(envelope, read, head), before, entry));
      }
      default -> throw new IllegalStateException("`" + envelope + "` is no entry and no head");
    }
    hold(new Signed<>(envelope, read, Body.decode(Signed.need(blocks, read.body(), "body"))));
  }

  private void hold(Signed<?> signed) {
    if (signed.body() instanceof AuthorityEntry) {
      logs.clear();
    }
    bodies.put(signed.cid(), signed.envelope().body());
    lowest.merge(
        signed.envelope().body(),
        signed,
        (one, other) -> one.cid().compareTo(other.cid()) < 0 ? one : other);
  }

  /**
   * Statements that heads up to {@code tip} added and that are void under {@code entry}: their key
   * is revoked in it, and the head that added them is neither the {@code lastGood} of that key nor
   * an ancestor of it.
   */
  Set<Cid> voided(Entry entry, Link tip) {
    return voided(chain, entry, tip, false);
  }

  /**
   * As of a moment.
   *
   * @param strict true if a {@code lastGood} that is not held is waited for; else it keeps nothing
   */
  private Set<Cid> voided(Chain said, Entry entry, Link tip, boolean strict) {
    if (entry.body().revoked().isEmpty()) {
      return Set.of();
    }
    boolean own = tip.entry.equals(entry) && strict;
    if (own && voided.containsKey(new Moment(said, tip.id()))) {
      // under one entry, no key it revokes adds more
      return voided.getOrDefault(new Moment(said, tip.id()), Set.of());
    }
    Set<Cid> found = new HashSet<>();
    for (Optional<Link> at = Optional.of(tip); at.isPresent(); at = at.get().before) {
      Link link = at.get();
      Promoted promoted = new Promoted();
      for (Cid added : link.body().added()) {
        PublicKey key = promoted.answerable(Signed.read(blocks, added, Statement.class));
        Optional<Revoked> revoked = said.revocation(genesis, entry.body(), key);
        if (revoked.isPresent() && !keeps(revoked.get(), link, strict)) {
          found.add(added);
        }
      }
    }
    if (own) {
      voided.put(new Moment(said, tip.id()), found);
    }
    return found;
  }

  /** How far an entry revokes a key in this chain. */
  Optional<Revoked> revocation(Entry entry, PublicKey key) {
    return chain.revocation(genesis, entry.body(), key);
  }

  /** True if a revocation leaves what {@code link} is or added as it was. */
  boolean keeps(Revoked revoked, Link link, boolean strict) {
    if (revoked.lastGood().isEmpty()) {
      return false;
    }
    Cid lastGood = revoked.lastGood().get();
    if (!strict && !bodies.containsKey(lastGood)) {
      return false;
    }
    return heldHead(lastGood).map(link::leadsTo).orElse(false);
  }

  /**
   * A head that a link names; empty if what it names is held and no head, which keeps nothing.
   *
   * @throws AdmissionException.Refused with {@link ErrorCode#BLOCK_MISSING} if it is not held
   */
  private Optional<Link> heldHead(Cid envelope) {
    if (!bodies.containsKey(envelope)) {
      throw missing("head", envelope);
    }
    return Optional.ofNullable(heads.get(bodies.get(envelope)));
  }

  /**
   * Whether a head is another or before it. A key log names public ones: of these a space may have
   * none, and where they end says nothing of it, so there any will do. Else whoever holds a public
   * head by chance would take an entry that others wait for.
   */
  private boolean leadsTo(Cid one, Cid other) {
    if (chain.space().isPresent()) {
      return true;
    }
    Optional<Link> first = heldHead(one);
    Optional<Link> second = heldHead(other);
    return first.isPresent() && second.isPresent() && first.get().leadsTo(second.get());
  }

  /** The branch of the key log that ends with {@code entry}. */
  KeyLog log(Entry entry) {
    return logs.computeIfAbsent(entry, this::branch);
  }

  private KeyLog branch(Entry entry) {
    List<Signed<AuthorityEntry>> branch = new ArrayList<>();
    Set<Cid> on = new HashSet<>();
    Set<Cid> shown = new HashSet<>();
    for (Optional<Entry> at = Optional.of(entry); at.isPresent(); at = at.get().before) {
      Signed<AuthorityEntry> signed = lowest(at.get());
      branch.addFirst(signed);
      on.add(at.get().id());
      shown.add(signed.cid());
    }
    Map<Cid, Cid> others = new HashMap<>();
    bodies.forEach(
        (envelope, body) -> {
          if (on.contains(body) && !shown.contains(envelope)) {
            others.put(envelope, body);
          }
        });
    return new KeyLog(branch, others);
  }

  /** An entry, with the lowest CID of all its envelopes. */
  Signed<AuthorityEntry> lowest(Entry entry) {
    return new Signed<>(lowestOf(entry.id()).cid(), lowestOf(entry.id()).envelope(), entry.body());
  }

  /** A head, with the lowest CID of all its envelopes. */
  Signed<Head> lowest(Link link) {
    return new Signed<>(lowestOf(link.id()).cid(), lowestOf(link.id()).envelope(), link.body());
  }

  private Signed<?> lowestOf(Cid body) {
    Signed<?> signed = lowest.get(body);
    if (signed == null) {
      throw new IllegalStateException("no envelope of `" + body + "` is held");
    }
    return signed;
  }

  /** A dossier that goes on from the same, on its own. */
  Dossier copy() {
    Dossier copy = new Dossier(genesis, chain, blocks, sink, ahead);
    copy.entries.putAll(entries);
    copy.heads.putAll(heads);
    copy.bodies.putAll(bodies);
    copy.lowest.putAll(lowest);
    copy.voided.putAll(voided);
    copy.waiting.addAll(waiting);
    return copy;
  }

  public Cid genesis() {
    return genesis;
  }

  public Chain chain() {
    return chain;
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  Collection<Link> heads() {
    return heads.values();
  }

  /** Every head that holds, whether or not it stands, in the order in which they came. */
  public List<Head> headBodies() {
    return heads.values().stream().map(Link::body).toList();
  }

  /** What {@code entry} names as the last good heads of keys, and is not held. */
  Set<Cid> awaited(Entry entry) {
    Set<Cid> awaited = new HashSet<>();
    for (Revoked revoked : entry.body().revoked()) {
      revocation(entry, revoked.key())
          .flatMap(Revoked::lastGood)
          .filter(head -> !bodies.containsKey(head))
          .ifPresent(awaited::add);
    }
    return awaited;
  }

  /** Every valid envelope held, in no order. */
  public Set<Cid> envelopes() {
    return Set.copyOf(bodies.keySet());
  }

  /** Every valid envelope held, each after those it links to. */
  public List<Cid> inOrder() {
    Map<Cid, Long> heights = new HashMap<>();
    entries.forEach((body, entry) -> heights.put(body, entry.body().seq()));
    heads.forEach((body, link) -> heights.put(body, link.body().epoch()));
    List<Cid> ordered = new ArrayList<>(bodies.keySet());
    ordered.sort(
        java.util.Comparator.<Cid, Boolean>comparing(one -> heads.containsKey(bodies.get(one)))
            .thenComparing(one -> heights.getOrDefault(bodies.get(one), 0L)));
    return ordered;
  }

  /** Envelopes that wait for something not held. */
  public Set<Cid> waiting() {
    return Set.copyOf(waiting);
  }

  /** The body that an envelope is known to be of. */
  Optional<Cid> bodyOf(Cid envelope) {
    return Optional.ofNullable(bodies.get(envelope));
  }

  private Entry entry(Cid envelope) {
    Entry entry = entries.get(bodies.get(envelope));
    if (entry == null) {
      throw missing("key log entry", envelope);
    }
    return entry;
  }

  private Link head(Cid envelope) {
    Link link = heads.get(bodies.get(envelope));
    if (link == null) {
      throw missing("head", envelope);
    }
    return link;
  }

  private static AdmissionException.Refused missing(String what, Cid envelope) {
    return new AdmissionException.Refused(
        ErrorCode.BLOCK_MISSING,
        "admit what follows " + what + " `" + envelope + "`: that is not held",
        "send it along, before what follows it");
  }
}
