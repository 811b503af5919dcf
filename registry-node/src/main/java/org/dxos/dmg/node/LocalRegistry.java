package org.dxos.dmg.node;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.admission.HeadKeys;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.admission.SpaceRegisters;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Dependents;
import org.dxos.dmg.api.ModuleInfo;
import org.dxos.dmg.api.NodeInfo;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.QueryAnswer;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.api.SearchHit;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.api.Why;
import org.dxos.dmg.api.Withdrawal;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.care.Collector;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.care.Whose;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.graph.GraphIndex;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.policy.PolicyException;
import org.dxos.dmg.policy.PolicyFile;
import org.dxos.dmg.policy.RecentProofs;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.pull.Limits;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.PublicBlocks;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry of one home, in this process.
 *
 * <p>Safe for many threads. The graph is opened when it is first asked for: to resolve and to
 * publish the block store is enough.
 */
public final class LocalRegistry implements Registry, Upkeep {

  private static final Logger LOG = LoggerFactory.getLogger(LocalRegistry.class);

  /** A commit costs as much as some dozens of statements, and a waiting one a few kilobytes. */
  private static final int PUBLISHES_AT_ONCE = 256;

  private final Path home;
  private final World world;
  private final BlockStore store;

  /** What can be read: in a space, what is public as well. */
  private final BlockSource blocks;

  /** The public registry, around that of a space. */
  private final Optional<LocalRegistry> outer;

  private final NodeKeys keys;
  private final PolicyFile policy;
  private final Registrar registrar;
  private final HomeSpaces spaces;
  private final Optional<SpaceBridge> bridge;
  private final SpaceHere here;
  private final NameProof proofs;
  private final Intake intake;
  private final Questions questions;
  private final HomeGraph graph;
  private volatile boolean mirror;
  private final Following following;

  /** What anybody may read; a federation has its own, which is used then. */
  private final PublicBlocks shared;

  private volatile Optional<Federation> federation = Optional.empty();
  private volatile Elsewhere elsewhere;

  private record NodeKeys(KeyRing ring, HeadKeys heads, PeerId peer) {}

  private LocalRegistry(
      Path home, World world, BlockStore store, NodeKeys keys, Optional<LocalRegistry> outer) {
    this.home = home;
    this.world = world;
    this.store = store;
    this.blocks = outer.map(open -> store.or(open.store)).orElse(store);
    this.outer = outer;
    this.keys = keys;
    this.policy = outer.map(open -> open.policy).orElseGet(() -> new PolicyFile(home));
    this.registrar =
        new Registrar(
            store,
            keys.heads(),
            world.clock(),
            world.threads(),
            name -> Optional.ofNullable(policy.current().pins().get(name)),
            name -> outer.flatMap(open -> open.registrar.authority(name)));
    this.spaces =
        outer
            .map(open -> open.spaces)
            .orElseGet(() -> new HomeSpaces(this, home.resolve(HomeSpaces.FOLDER)));
    this.bridge =
        outer.map(
            open -> new SpaceBridge(registrar, open.registrar, open.store, store, keys.peer()));
    this.here = new SpaceHere(store, registrar, keys.peer());
    this.proofs =
        outer
            .map(open -> open.proofs)
            .orElseGet(() -> new RecentProofs(world.proof(), world.clock(), world.threads()));
    this.intake =
        new Intake(
            home,
            registrar,
            store,
            blocks,
            bridge,
            policy,
            proofs,
            world.clock(),
            this::federation);
    this.elsewhere = new Elsewhere(registrar);
    this.questions =
        new Questions(
            registrar,
            store,
            blocks,
            outer.map(open -> open.questions),
            policy,
            world.clock(),
            home.resolve("modules"),
            () -> elsewhere);
    this.graph = new HomeGraph(home.resolve("rdf"), store, questions::modules);
    this.following = new Following(this, world);
    this.shared = new PublicBlocks(new Replica(this));
  }

  /**
   * Opens a home, and makes it if it is not there.
   *
   * @throws org.dxos.dmg.block.StorageException if another process has it, or its format is newer
   */
  public static LocalRegistry open(Path home, World world) {
    BlockStore store = RocksBlockStore.open(home, world.random());
    try {
      if (SpaceRegisters.space(store).isPresent()) {
        // Opened so it would get keys of its own, and be read by the rules of what is public.
        throw new PolicyException(
            ErrorCode.USAGE,
            "open home `" + home + "`: it is that of a space",
            "name the home that it is in, and the space with --space");
      }
      KeyRing ring = new KeyRing(home, world.random());
      return new LocalRegistry(
          home,
          world,
          store,
          new NodeKeys(
              ring, new HeadKeys(ring.heads()), new PeerId(ring.peer().publicKey().bytes())),
          Optional.empty());
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /**
   * Opens the registry of a space, and makes it if it is not there.
   *
   * @param outer the public registry of the same home, which is closed after it
   */
  static LocalRegistry ofSpace(LocalRegistry outer, Path home, Cid space) {
    BlockStore store = RocksBlockStore.open(home, outer.world.random());
    try {
      if (SpaceRegisters.space(store).isEmpty()) {
        SpaceRegisters.found(space, store);
      }
      LocalRegistry inside =
          new LocalRegistry(home, outer.world, store, outer.keys, Optional.of(outer));
      inside.registrar.onCommit(_ -> inside.intake.outbox().settle(inside.registrar));
      inside.bringKeys();
      return inside;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  @Override
  public Optional<Cid> space() {
    return registrar.chain().space();
  }

  @Override
  public HomeSpaces spaces() {
    return spaces;
  }

  /** The space that this is the registry of, as this node has it. */
  SpaceHere here() {
    return here;
  }

  /** What is handed in here. */
  Intake intake() {
    return intake;
  }

  /** The block store, for those who follow the journal. */
  public BlockStore store() {
    return store;
  }

  private Whose whose() {
    return new Whose(
        key -> keys.heads().of(key).isPresent(), Set.copyOf(policy.current().deniedBlocks()));
  }

  @Override
  public synchronized Collector.Report collect(Duration grace, boolean dry) {
    return new Collector(store, whose(), registrar::between)
        .collect(world.clock().instant(), grace, dry);
  }

  @Override
  public void reindex() {
    graph.now().reindex();
  }

  @Override
  public synchronized Path checkpoint() {
    Path all = home.resolve(HomeCare.CHECKPOINTS);
    HomeCare.delete(all); // one that was left by a command which did not end well
    Path one = all.resolve(String.valueOf(store.journalEnd()));
    store.checkpoint(one);
    spaces.checkpoint(one.resolve(HomeSpaces.FOLDER));
    return one;
  }

  /** Judges everything stored as if it had just arrived. */
  public Fsck.Report audit() {
    return Fsck.of(store, whose());
  }

  /** The registrar, for those who hand in many statements at once. */
  public Registrar registrar() {
    return registrar;
  }

  @Override
  public String place() {
    return home.toString();
  }

  @Override
  public NodeInfo node() {
    return new NodeInfo(
        Software.version(),
        keys.heads().current().publicKey(),
        keys.peer(),
        registrar.root(),
        store.journalEnd());
  }

  @Override
  public ReleaseInfo resolve(String text, Optional<Cid> at) {
    return questions.resolve(text, at);
  }

  @Override
  public ModuleInfo module(String text, Optional<Cid> at) {
    return questions.module(text, at);
  }

  @Override
  public Lock closure(ClosureRequest request) {
    return questions.closure(request);
  }

  @Override
  public SolvedClosure explain(ClosureRequest request) {
    return questions.explain(request);
  }

  @Override
  public Why why(String from, String to, int limit) {
    return questions.why(from, to, limit);
  }

  @Override
  public Dependents dependents(String of, boolean direct, int limit) {
    return questions.dependents(of, direct, limit);
  }

  @Override
  public Withdrawal withdrawal(String of, int limit) {
    return questions.withdrawal(of, limit);
  }

  /** Who depends on whom, as of now. The first call reads every record. */
  public ModuleGraph modules() {
    return questions.modules();
  }

  /** What is released, as of now. */
  public Catalog catalog() {
    return questions.states();
  }

  @Override
  public List<SearchHit> search(String words, int limit) {
    return graph.now().search(words, limit).stream()
        .map(hit -> new SearchHit(hit.name(), hit.version(), hit.description()))
        .toList();
  }

  @Override
  public QueryAnswer sparql(String query, String accept) {
    if (query.contains("closure") || query.contains("dependents")) {
      ModuleGraph unused =
          modules(); // read here: a query that does it would have to answer for the memory it takes
    }
    GraphIndex.Answer answer = graph.now().query(query, accept);
    return new QueryAnswer(answer.mediaType(), answer.body());
  }

  @Override
  public Optional<AuthorityInfo> authority(String name) {
    bringAuthority(name);
    return held(name);
  }

  private void bringAuthority(String name) {
    try {
      Optional<String> unused = elsewhere.bring(Authority.parse(name));
    } catch (FormatException e) {
      LOG.debug("not looked for: {}", e.message()); // nobody can hold it
    }
  }

  private Optional<AuthorityInfo> held(String name) {
    int tilde = name.indexOf('~');
    Optional<AuthorityView> view =
        tilde < 0
            ? registrar.authority(name)
            : registrar
                .authority(Cid.parse(name.substring(tilde + 1)))
                .filter(one -> one.name().equals(name.substring(0, tilde)));
    return view.map(this::info)
        // Nobody is asked for what somebody in a space asks after: it would tell them of it.
        .or(() -> outer.flatMap(one -> one.held(name)).map(AuthorityInfo::withoutHead));
  }

  @Override
  public AuthorityInfo claim(Cid envelope, BlockSource offered) {
    BlockSource all = cid -> offered.get(cid).or(() -> store.get(cid));
    intake.requireAdmitted(Signed.read(all, envelope, AuthorityEntry.class).body().authority());
    bridge.ifPresent(SpaceBridge::requireMayPublish);
    return info(registrar.claim(envelope, offered));
  }

  @Override
  public AuthorityInfo learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    bridge.ifPresent(one -> one.requireSaidInPublic(genesis, envelopes, offered));
    return info(intake.take(genesis, envelopes, offered).orThrow());
  }

  /** The policy in force. */
  Policy policy() {
    return policy.current();
  }

  /** True if the policy lets an authority of this name in. */
  boolean admits(String authority) {
    return policy.current().admits(authority);
  }

  @Override
  public synchronized NodeInfo freshHeadKey() {
    keys.heads().add(keys.ring().makeHead());
    return node();
  }

  @Override
  public PublishReceipt publish(Cid envelope, BlockSource offered) {
    return intake.publish(envelope, offered);
  }

  @Override
  public int publishAll(List<Cid> envelopes, BlockSource offered) {
    return intake.publishAll(envelopes, offered);
  }

  /** Takes what has become public of keys, if this is of a space. */
  void bringKeys() {
    bridge.ifPresent(SpaceBridge::bringKeys);
  }

  Optional<Federation> federation() {
    return outer.map(one -> one.federation).orElse(federation);
  }

  @Override
  public int publishesAtOnce() {
    return PUBLISHES_AT_ONCE;
  }

  @Override
  public int publishesTogether() {
    return Head.MAX_ADDED;
  }

  @Override
  public void keep(Collection<Cid> cids, BlockSource offered) {
    Batch batch = new Batch();
    for (Cid cid : cids) {
      if (!store.has(cid)) {
        batch.put(cid, Signed.need(offered, cid, "block"));
      }
    }
    if (!batch.isEmpty()) {
      store.commit(batch);
    }
  }

  @Override
  public Set<Cid> missing(Collection<Cid> cids) {
    Set<Cid> missing = new LinkedHashSet<>();
    for (Cid cid : cids) {
      if (!store.has(cid.requireStorable())) {
        missing.add(cid);
      }
    }
    return missing;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    requireNotWithheld(cid);
    return blocks.get(cid).or(() -> federation.flatMap(among -> among.fetch(cid)));
  }

  private void requireNotWithheld(Cid cid) {
    if (policy.current().deniedBlocks().contains(cid)) {
      throw new PolicyException(
          ErrorCode.WITHHELD, "read block `" + cid + "`: the policy withholds it", "");
    }
  }

  @Override
  public Optional<byte[]> shared(Cid cid) {
    requireNotWithheld(cid);
    PublicBlocks open = federation.map(Federation::publicBlocks).orElse(shared);
    return open.isPublic(cid) ? get(cid) : Optional.empty();
  }

  @Override
  public Node.Map status() {
    StatusReport report = new StatusReport(registrar, world.clock().instant().getEpochSecond());
    MapBuilder status =
        new MapBuilder()
            .put("version", Software.version())
            .put("place", home.toString())
            .put("root", registrar.root().toString())
            .put("policy", policy.current().digest().toString())
            .put("position", store.journalEnd())
            .putAlways("authorities", report.authorities())
            .put("forks", report.forks())
            .put("storeBytes", HomeCare.bytes(home.resolve("db")))
            .put("projectionBytes", HomeCare.bytes(home.resolve("rdf")));
    Restored.of(store).ifPresent(mark -> status.put("restored", mark.at()));
    federation.ifPresent(
        among ->
            status
                .put("addresses", among.dialled(), Node::of)
                .flag("bitswap", among.servesBlocks())
                .putAlways("peers", report.peers(among)));
    elsewhere.status().ifPresent(figures -> status.putAlways("pullThrough", figures));
    List<Node> pending = intake.outbox().shown(registrar);
    if (!pending.isEmpty()) {
      status.putAlways("pending", new Node.Array(pending));
    }
    graph
        .opened()
        .ifPresent(
            index ->
                status.put(
                    "projection",
                    new MapBuilder()
                        .put("position", index.position())
                        .put("behind", Math.max(0, store.journalEnd() - index.position()))
                        .build()));
    return status.build();
  }

  @Override
  public void catchUp() {
    GraphIndex unused = graph.now();
    ModuleGraph also = modules();
  }

  /** The graph, if somebody has asked for it. */
  Optional<GraphIndex> opened() {
    return graph.opened();
  }

  /**
   * Returns once the graph answers.
   *
   * @throws org.dxos.dmg.graph.GraphException if it cannot be opened; a disk that is too full for
   *     it is told in the log, as what does not need the graph can be served
   */
  public void awaitGraph() {
    graph.await();
  }

  /**
   * Keeps the graph up to date from now on, as a node that serves does. It is opened by the thread
   * that does so, beside what else a start has to do: {@link #awaitGraph} waits for it.
   */
  public void follow() {
    intake.believeDomainsAlone();
    following.start();
  }

  /**
   * Goes among other nodes: listens for them, and keeps up with those that are linked. The answer
   * is closed before this registry.
   *
   * @param listen multiaddrs of IP and TCP
   * @throws org.dxos.dmg.sync.wire.SyncException if an address cannot be listened on
   */
  public Federation federate(List<String> listen) {
    return federate(listen, true);
  }

  /**
   * As {@link #federate(List)}.
   *
   * @param serveBlocks whether public blocks are given by bitswap to whoever asks
   */
  public Federation federate(List<String> listen, boolean serveBlocks) {
    return federate(listen, new Federation.Blocks(serveBlocks, List.of()));
  }

  /**
   * As {@link #federate(List)}.
   *
   * @param blocks what is done by bitswap
   */
  public Federation federate(List<String> listen, Federation.Blocks blocks) {
    Federation among = Federating.start(this, world, keys.ring(), listen, blocks);
    registrar.onCommit(_ -> intake.outbox().settle(registrar));
    federation = Optional.of(among);
    elsewhere =
        new Elsewhere(
            registrar,
            among.pullThrough(
                new NameDirections(policy::current, intake::firstUse, proofs, world.hosts()),
                Limits.STANDARD),
            among::isFromFar);
    return among;
  }

  /** From now on linked nodes hand nothing in here, nor into its spaces. */
  public void mirror() {
    mirror = true;
  }

  boolean isMirror() {
    return outer.map(one -> one.mirror).orElse(mirror);
  }

  /** This registry as other nodes meet it. */
  public Holder replica() {
    return new Replica(this);
  }

  @Override
  public AuthorityInfo renew(Cid genesis) {
    intake.requireConfirmed(genesis);
    return info(registrar.renew(genesis));
  }

  private AuthorityInfo info(AuthorityView view) {
    return new AuthorityInfo(
        view.name(),
        view.id(),
        view.keyHead().cid(),
        view.head().map(Signed::cid),
        view.keyHead().body().home().headKey(),
        keys.heads().of(view.keyHead().body().home().headKey()).isPresent(),
        view.log().entries().stream().map(Signed::cid).toList(),
        view.standing().contest(),
        view.standing().state().forks(),
        registrar.aside(view.id()).stream().sorted().toList());
  }

  /** A space is closed with its home, and who closes one closes that. */
  @Override
  public void close() {
    outer.orElse(this).shut();
  }

  void shut() {
    following.stop();
    if (outer.isEmpty()) {
      spaces.close();
    }
    registrar.close();
    try {
      questions.save();
    } catch (UncheckedIOException e) {
      LOG.warn("not saved, so read anew at the next start", e);
    }
    try {
      graph.close();
    } finally {
      store.close();
    }
  }
}
