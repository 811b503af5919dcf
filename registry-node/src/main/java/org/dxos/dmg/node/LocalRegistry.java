package org.dxos.dmg.node;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.dxos.dmg.admission.HeadKeys;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.admission.Receipt;
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
import org.dxos.dmg.api.SpaceInfo;
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
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.graph.GraphException;
import org.dxos.dmg.graph.GraphIndex;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.modules.ModuleIndex;
import org.dxos.dmg.policy.NameProof;
import org.dxos.dmg.policy.Policy;
import org.dxos.dmg.policy.PolicyException;
import org.dxos.dmg.policy.PolicyFile;
import org.dxos.dmg.policy.RecentProofs;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Selection;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.pull.Limits;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.PublicBlocks;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry of one home, in this process.
 *
 * <p>Safe for many threads. The graph is opened when it is first asked for: to resolve and to
 * publish the block store is enough.
 */
public final class LocalRegistry implements Registry, Upkeep {

  /** A commit costs as much as some dozens of statements, and a waiting one a few kilobytes. */
  private static final int PUBLISHES_AT_ONCE = 256;

  private final Path home;
  private final World world;
  private final BlockStore store;

  /** What can be read: in a space, what is public as well. */
  private final BlockSource blocks;

  /** The public registry, around that of a space. */
  private final Optional<LocalRegistry> outer;

  private final HomeSpaces spaces;
  private final Optional<SpaceBridge> bridge;
  private final Following following;
  private final Registrar registrar;
  private final ReleaseReader reader;
  private final History history;
  private final NodeKeys keys;
  private final PolicyFile policy;
  private final ModuleIndex modules;

  /** Of a space and what is public; it is made when it is asked for, and saved nowhere. */
  private final ModuleIndex joined;

  private final Outbox outbox;
  private final NameProof proofs;

  /** What anybody may read; a federation has its own, which is used then. */
  private final PublicBlocks shared;

  private volatile Optional<Federation> federation = Optional.empty();
  private volatile Elsewhere elsewhere;

  /** What first sight is worth where the policy does not say. */
  private volatile Policy.Tofu firstUse = Policy.Tofu.ALLOW;

  /** Guarded by this, as is {@code shut}. */
  private Optional<GraphIndex> graph = Optional.empty();

  private boolean shut;

  private record NodeKeys(KeyRing ring, HeadKeys heads, PeerId peer) {}

  private LocalRegistry(Path home, World world, BlockStore store, NodeKeys keys) {
    this.home = home;
    this.world = world;
    this.store = store;
    this.blocks = store;
    this.outer = Optional.empty();
    this.keys = keys;
    this.policy = new PolicyFile(home);
    this.registrar =
        new Registrar(
            store,
            keys.heads(),
            world.clock(),
            world.threads(),
            name -> Optional.ofNullable(policy.current().pins().get(name)));
    this.bridge = Optional.empty();
    this.following = new Following(this, world);
    this.spaces = new HomeSpaces(this, home.resolve(HomeSpaces.FOLDER));
    this.proofs = new RecentProofs(world.proof(), world.clock());
    this.elsewhere = new Elsewhere(registrar);
    this.reader = new ReleaseReader(blocks);
    this.history = new History(blocks);
    this.outbox = new Outbox(store);
    this.modules = new ModuleIndex(store, home.resolve("modules"));
    this.joined = new ModuleIndex(blocks, home.resolve("modules"));
    this.shared = new PublicBlocks(new Replica(this));
  }

  private LocalRegistry(LocalRegistry outer, Path home, BlockStore store) {
    this.home = home;
    this.world = outer.world;
    this.store = store;
    this.blocks = store.or(outer.store);
    this.outer = Optional.of(outer);
    this.keys = outer.keys;
    this.policy = outer.policy;
    this.registrar =
        new Registrar(
            store,
            keys.heads(),
            world.clock(),
            world.threads(),
            name -> Optional.ofNullable(policy.current().pins().get(name)),
            outer.registrar::authority);
    this.bridge =
        Optional.of(new SpaceBridge(registrar, outer.registrar, outer.store, store, keys.peer()));
    this.following = new Following(this, world);
    this.spaces = outer.spaces;
    this.proofs = outer.proofs;
    this.elsewhere = new Elsewhere(registrar);
    this.reader = new ReleaseReader(blocks);
    this.history = new History(blocks);
    this.outbox = new Outbox(store);
    this.modules = new ModuleIndex(store, home.resolve("modules"));
    this.joined = new ModuleIndex(blocks, home.resolve("modules"));
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
      KeyRing ring = new KeyRing(home, world.random());
      return new LocalRegistry(
          home,
          world,
          store,
          new NodeKeys(
              ring, new HeadKeys(ring.heads()), new PeerId(ring.peer().publicKey().bytes())));
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
      LocalRegistry inside = new LocalRegistry(outer, home, store);
      inside.registrar.onCommit(_ -> inside.outbox.settle(inside.registrar));
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

  /** The space that this is the registry of, as it stands. */
  SpaceInfo spaceInfo() {
    Optional<SpaceLog> log = registrar.space();
    return new SpaceInfo(
        space().orElseThrow(),
        store.register(CALLED).map(name -> new String(name, StandardCharsets.UTF_8)),
        log.map(one -> one.last().cid()),
        log.map(SpaceLog::contested).orElse(false),
        log.map(one -> one.last().body().members()).orElse(List.of()),
        log.map(one -> new Guests(store).all(one)).orElse(List.of()),
        log.flatMap(one -> one.role(keys.peer())),
        place(log),
        registrar.root());
  }

  /** What this node is in the space, for all that it knows. */
  private SpaceInfo.Place place(Optional<SpaceLog> log) {
    Optional<byte[]> let = store.register(LET_IN);
    boolean answered = let.filter(value -> value[0] == 1).isPresent();
    if (log.isEmpty()) {
      return SpaceInfo.Place.WAITING;
    }
    if (log.get().role(keys.peer()).isEmpty()) {
      return answered ? SpaceInfo.Place.GUEST : SpaceInfo.Place.OUT;
    }
    return let.isPresent() && !answered ? SpaceInfo.Place.REFUSED : SpaceInfo.Place.MEMBER;
  }

  private static final String LET_IN = "space/let-in";

  /** Notes whether any member that was asked lately has answered. */
  void letIn(boolean answered) {
    byte[] value = {(byte) (answered ? 1 : 0)};
    if (store.register(LET_IN).filter(before -> Arrays.equals(before, value)).isEmpty()) {
      Batch batch = new Batch();
      batch.set(LET_IN, value);
      store.commit(batch);
    }
  }

  private static final String CALLED = "space/called";

  /** Says what a space is called at this node. */
  void call(String name) {
    Batch batch = new Batch();
    batch.set(CALLED, name.getBytes(StandardCharsets.UTF_8));
    store.commit(batch);
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
    graph().reindex();
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
    Dxn dxn = Dxn.parse(text);
    Optional<String> away = at.isEmpty() ? elsewhere.bring(dxn) : Optional.empty();
    Optional<History.Moment> moment = at.map(this::moment);
    Held catalog = states(moment);
    OptionalLong newest =
        policy
            .current()
            .minAge()
            .map(age -> moment.map(History.Moment::time).orElseGet(this::now) - age.toSeconds())
            .map(OptionalLong::of)
            .orElseGet(OptionalLong::empty);
    return switch (Selection.of(catalog, dxn, newest)) {
      case Selection.Found found ->
          info(
              found.release(),
              catalog.head(found.release().genesis(), found.release().envelope()).orElseThrow(),
              at);
      case Selection other -> {
        catalog.newer(dxn).ifPresent(newer -> Misses.refuseNewer("resolve", text, newer));
        throw Misses.away(Misses.missing(text, dxn, other, catalog), other, away);
      }
    };
  }

  @Override
  public ModuleInfo module(String text, Optional<Cid> at) {
    Name name = Name.parse(text);
    Optional<String> away = at.isEmpty() ? elsewhere.bring(name.authority()) : Optional.empty();
    Held catalog = states(at.map(this::moment));
    Cid genesis =
        catalog
            .authority(name.authority().text())
            .orElseThrow(
                () -> {
                  Selection none =
                      new Selection.NoAuthority(name.authority().text(), catalog.near(name));
                  return Misses.away(Misses.missing(text, none), none, away);
                });
    List<Release> releases = catalog.releases(name, genesis);
    if (releases.isEmpty()) {
      throw Misses.missing(text, new Selection.NoName(name, catalog.near(name)));
    }
    Map<String, String> tags = new TreeMap<>(catalog.tags(name, genesis));
    releases.stream()
        .filter(one -> !one.yanked() && !one.version().isPrerelease())
        .findFirst()
        .ifPresent(one -> tags.put("latest", one.version().toString()));
    return new ModuleInfo(
        text,
        genesis,
        releases.stream()
            .map(
                one ->
                    new ModuleInfo.VersionInfo(
                        one.version().toString(),
                        one.name().toString(),
                        one.record(),
                        one.envelope(),
                        one.notices(),
                        one.created()))
            .toList(),
        tags);
  }

  @Override
  public Lock closure(ClosureRequest request) {
    return closures(request, ClosureAnswers::lock);
  }

  @Override
  public SolvedClosure explain(ClosureRequest request) {
    return closures(request, ClosureAnswers::explained);
  }

  private <T> T closures(ClosureRequest request, Function<ClosureAnswers, T> answer) {
    Optional<History.Moment> moment = request.at().map(this::moment);
    return moment.isPresent()
        ? answer.apply(closures(states(moment), request, moment))
        : elsewhere.solve(this::states, states -> answer.apply(closures(states, request, moment)));
  }

  private ClosureAnswers closures(
      Held states, ClosureRequest request, Optional<History.Moment> moment) {
    return new ClosureAnswers(
        states,
        request,
        policy.current(),
        moment.map(History.Moment::time).orElseGet(this::now),
        moment.flatMap(History.Moment::root).orElseGet(registrar::root),
        moment.isPresent() ? (_, _) -> {} : this::requireFresh);
  }

  private long now() {
    return world.clock().instant().getEpochSecond();
  }

  @Override
  public Why why(String from, String to, int limit) {
    bring(from, to);
    return answers().why(from, to, limit);
  }

  @Override
  public Dependents dependents(String of, boolean direct, int limit) {
    bring(of);
    return answers().dependents(of, direct, limit);
  }

  @Override
  public Withdrawal withdrawal(String of, int limit) {
    bring(of);
    return answers().withdrawal(of, limit);
  }

  private void bringAuthority(String name) {
    try {
      Optional<String> unused = elsewhere.bring(Authority.parse(name));
    } catch (FormatException e) {
      LOG.debug("not looked for: {}", e.message()); // nobody can hold it
    }
  }

  private void bring(String... names) {
    for (String name : names) {
      Optional<String> unused = elsewhere.bring(Dxn.parse(name));
    }
  }

  private GraphAnswers answers() {
    return new GraphAnswers(outer.isPresent() ? joinedModules(outer.get()) : modules(), states());
  }

  /** Who depends on whom in a space and what is public, as both are resolved over. */
  private ModuleGraph joinedModules(LocalRegistry open) {
    Map<String, Cid> names = new TreeMap<>(open.registrar.names());
    names.putAll(registrar.names());
    return joined.graph(registrar.authorities(), open.registrar.authorities(), names);
  }

  /** Who depends on whom, as of now. The first call reads every record. */
  public ModuleGraph modules() {
    return modules.graph(registrar.authorities(), registrar.names());
  }

  @Override
  public List<SearchHit> search(String words, int limit) {
    return graph().search(words, limit).stream()
        .map(hit -> new SearchHit(hit.name(), hit.version(), hit.description()))
        .toList();
  }

  @Override
  public QueryAnswer sparql(String query, String accept) {
    if (query.contains("closure") || query.contains("dependents")) {
      modules(); // read here: a query that does it would have to answer for the memory it takes
    }
    GraphIndex.Answer answer = graph().query(query, accept);
    return new QueryAnswer(answer.mediaType(), answer.body());
  }

  @Override
  public Optional<AuthorityInfo> authority(String name) {
    bringAuthority(name);
    return held(name);
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
    requireAdmitted(Signed.read(all, envelope, AuthorityEntry.class).body().authority());
    bridge.ifPresent(SpaceBridge::requireMayPublish);
    return info(registrar.claim(envelope, offered));
  }

  @Override
  public AuthorityInfo learn(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    bridge.ifPresent(one -> one.requireSaidInPublic(genesis, envelopes, offered));
    return info(take(genesis, envelopes, offered).orThrow());
  }

  /** The policy in force. */
  Policy policy() {
    return policy.current();
  }

  /** True if the policy lets an authority of this name in. */
  boolean admits(String authority) {
    return policy.current().admits(authority);
  }

  /** Takes what somebody carries, by the policy of this home. */
  Learned take(Cid genesis, List<Cid> envelopes, BlockSource offered) {
    BlockSource all = cid -> offered.get(cid).or(() -> store.get(cid));
    if (registrar.authority(genesis).isPresent() || envelopes.isEmpty()) {
      // Who was not believed when it was met is believed no more for having news; that its domain
      // proves it since is found out when somebody asks for the name.
      boolean believes = policy.current().tofu().orElse(firstUse) == Policy.Tofu.ALLOW;
      return registrar.learn(
          genesis,
          envelopes,
          offered,
          believes ? Registrar.Binding.FIRST_USE : Registrar.Binding.NEVER);
    }
    Signed<Body> first = Signed.read(all, envelopes.getFirst(), Body.class);
    if (!(first.body() instanceof AuthorityEntry entry)
        || !first.envelope().body().equals(genesis)) {
      throw new AdmissionException.Refused(
          ErrorCode.BLOCK_MISSING,
          "admit for authority `"
              + genesis
              + "`: it is not held, and its genesis does not come first",
          "send the key log from its genesis on");
    }
    requireAdmitted(entry.authority());
    return registrar.learn(genesis, envelopes, offered, binding(entry.authority(), genesis));
  }

  private void requireAdmitted(String authority) {
    if (!policy.current().admits(authority)) {
      throw new PolicyException(
          ErrorCode.POLICY_DENIED,
          "admit authority `" + authority + "`: the policy of " + home + " does not let it in",
          "see `allow` and `deny` in its policy.json");
    }
  }

  /** What first sight of a claim that somebody carries here is worth. */
  private Registrar.Binding binding(String authority, Cid genesis) {
    if (outer.isPresent()) {
      // Whoever was first, in public or in the space: neither takes a name from the other later.
      return outer.get().registrar.authority(authority).map(AuthorityView::id).stream()
              .allMatch(genesis::equals)
          ? Registrar.Binding.FIRST_USE
          : Registrar.Binding.NEVER;
    }
    if (registrar.authority(authority).isPresent()) {
      return Registrar.Binding.NEVER;
    }
    return switch (policy.current().tofu().orElse(firstUse)) {
      case ALLOW -> Registrar.Binding.FIRST_USE;
      case NEVER -> Registrar.Binding.NEVER;
      case DNS ->
          proofs.ask(authority) instanceof NameProof.Answer.Names names
                  && names.id().equals(genesis)
              ? Registrar.Binding.FIRST_USE
              : Registrar.Binding.NEVER;
    };
  }

  @Override
  public synchronized NodeInfo freshHeadKey() {
    keys.heads().add(keys.ring().makeHead());
    return node();
  }

  @Override
  public PublishReceipt publish(Cid envelope, BlockSource offered) {
    BlockSource all = offered.or(blocks);
    Statement statement = Signed.read(all, envelope, Statement.class).body();
    bridge.ifPresent(one -> one.before(statement));
    Optional<Federation> among = federation();
    among.ifPresent(Federation::awaitFirstRound);
    if (among.isPresent() && !registrar.isHome(statement.genesis())) {
      return handOn(registrar.check(envelope, all), among.get());
    }
    Restored.requireConfirmed(outer.orElse(this).store, registrar.authority(statement.genesis()));
    Receipt receipt = Registrar.await(registrar.submit(envelope, all));
    return new PublishReceipt(
        receipt.status() == Receipt.Status.ADDED
            ? PublishReceipt.Status.ADDED
            : PublishReceipt.Status.HELD,
        receipt.statement(),
        Optional.of(receipt.head()),
        receipt.proof(),
        receipt.position());
  }

  /** Takes what has become public of keys, if this is of a space. */
  void bringKeys() {
    bridge.ifPresent(SpaceBridge::bringKeys);
  }

  /** Keeps a statement for the home of its authority, which is another node. */
  private PublishReceipt handOn(Registrar.Checked checked, Federation among) {
    boolean[] kept = {false};
    if (!checked.held()) {
      registrar.between(
          () -> {
            registrar.requireHeld(checked);
            kept[0] = outbox.keep(checked, now());
          });
    }
    if (kept[0]) {
      among.handOn();
    }
    return new PublishReceipt(
        checked.held() ? PublishReceipt.Status.HELD : PublishReceipt.Status.PENDING,
        checked.statement().cid(),
        checked.authority().head().map(Signed::cid),
        List.of(),
        store.journalEnd());
  }

  Optional<Federation> federation() {
    return outer.map(one -> one.federation).orElse(federation);
  }

  Outbox outbox() {
    return outbox;
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
  public int publishAll(List<Cid> envelopes, BlockSource offered) {
    BlockSource all = offered.or(blocks);
    Set<Cid> authorities = new LinkedHashSet<>();
    for (Cid envelope : envelopes) {
      Statement statement = Signed.read(all, envelope, Statement.class).body();
      bridge.ifPresent(one -> one.before(statement));
      authorities.add(statement.genesis());
    }
    Optional<Federation> among = federation();
    among.ifPresent(Federation::awaitFirstRound);
    if (among.isPresent() && !authorities.stream().allMatch(registrar::isHome)) {
      return Registry.super.publishAll(envelopes, offered); // they are handed on, one by one
    }
    authorities.forEach(
        one -> Restored.requireConfirmed(outer.orElse(this).store, registrar.authority(one)));
    Optional<RuntimeException> failure = Optional.empty();
    int added = 0;
    for (CompletableFuture<Receipt> answer : registrar.submitAll(envelopes, all)) {
      try {
        added += Registrar.await(answer).status() == Receipt.Status.ADDED ? 1 : 0;
      } catch (RuntimeException e) {
        failure = failure.or(() -> Optional.of(e));
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return added;
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
    StatusReport report = new StatusReport(registrar, now());
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
    federation.ifPresent(
        among ->
            status
                .put("addresses", among.dialled(), Node::of)
                .flag("bitswap", among.servesBlocks())
                .putAlways("peers", report.peers(among)));
    elsewhere.status().ifPresent(figures -> status.putAlways("pullThrough", figures));
    List<Node> pending = outbox.shown(registrar);
    if (!pending.isEmpty()) {
      status.putAlways("pending", new Node.Array(pending));
    }
    opened()
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

  /** The graph, if somebody has asked for it. */
  synchronized Optional<GraphIndex> opened() {
    return graph;
  }

  /**
   * The graph, caught up with everything published before this call; where the disk is too full for
   * that it answers as of where it is.
   */
  private GraphIndex graph() {
    GraphIndex index;
    synchronized (this) {
      if (shut) {
        // Opened once more beside what is being closed it could be taken for damaged, and deleted.
        throw new IllegalStateException("registry is closed");
      }
      if (graph.isEmpty()) {
        graph = Optional.of(GraphIndex.open(home.resolve("rdf"), store, this::modules));
      }
      index = graph.get();
    }
    try {
      index.catchUp(store.journalEnd());
    } catch (GraphException e) {
      if (e.code() != ErrorCode.STORAGE_FULL) {
        throw e;
      }
    }
    return index;
  }

  @Override
  public void catchUp() {
    graph();
    modules();
  }

  /**
   * Keeps the graph up to date from now on, as a node that serves does. It is opened by the thread
   * that does so, beside what else a start has to do: {@link #awaitGraph} waits for it.
   */
  public void follow() {
    firstUse = Policy.Tofu.DNS;
    following.start();
  }

  /**
   * Returns once the graph answers.
   *
   * @throws GraphException if it cannot be opened; a disk that is too full for it is told in the
   *     log, as what does not need the graph can be served
   */
  public void awaitGraph() {
    try {
      graph();
    } catch (GraphException e) {
      if (e.code() != ErrorCode.STORAGE_FULL) {
        throw e;
      }
      LOG.warn("{}", e.message());
    }
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
    registrar.onCommit(_ -> outbox.settle(registrar));
    federation = Optional.of(among);
    elsewhere =
        new Elsewhere(
            registrar,
            among.pullThrough(
                new NameDirections(
                    policy::current,
                    () -> policy.current().tofu().orElse(firstUse),
                    proofs,
                    world.hosts()),
                Limits.STANDARD),
            among::isFromFar);
    return among;
  }

  /** This registry as other nodes meet it. */
  public Holder replica() {
    return new Replica(this);
  }

  private static final Logger LOG = LoggerFactory.getLogger(LocalRegistry.class);

  @Override
  public AuthorityInfo renew(Cid genesis) {
    Restored.requireConfirmed(outer.orElse(this).store, registrar.authority(genesis));
    return info(registrar.renew(genesis));
  }

  /** What is released, as of now. */
  public Catalog catalog() {
    return states();
  }

  private Held states() {
    return states(Optional.empty());
  }

  private Held states(Optional<History.Moment> moment) {
    Held own =
        new StateCatalog(
            moment.map(History.Moment::views).orElseGet(registrar::authorities),
            reader,
            history,
            registrar::authority);
    return outer.isPresent() ? new JoinedCatalog(own, outer.get().states()) : own;
  }

  private History.Moment moment(Cid at) {
    if (outer.isPresent()) {
      throw new FormatException(
          ErrorCode.USAGE,
          "look back to `" + at + "`: a space is read as it is now",
          "leave out --at");
    }
    return history.at(at, registrar.authorities());
  }

  /** A policy may ask for heads that are not older than some time; without one they are served. */
  private void requireFresh(String authority, Head head) {
    long age = world.clock().instant().getEpochSecond() - head.issued();
    policy
        .current()
        .maxHeadAge()
        .filter(most -> age > most.toSeconds())
        .ifPresent(
            most -> {
              throw new PolicyException(
                  ErrorCode.STALE_HEAD,
                  "resolve under `%s`: its newest head is %d s old, the policy asks for %d at most"
                      .formatted(authority, age, most.toSeconds()),
                  "fetch newer ones from its home, or widen `maxHeadAge` in policy.json");
            });
  }

  private ReleaseInfo info(Release release, Signed<Head> head, Optional<Cid> at) {
    if (at.isEmpty()) {
      requireFresh(release.name().authority().base(), head.body());
    }
    List<String> warnings =
        new ArrayList<>(release.notices().warnings(release.name() + "@" + release.version()));
    if (at.isEmpty() && head.body().expires() <= world.clock().instant().getEpochSecond()) {
      warnings.add(
          "the newest head of `"
              + release.name().authority().base()
              + "` that is held here has expired");
    }
    Node record = LinkText.of(DagCbor.decode(blocks.get(release.record()).orElseThrow()));
    return new ReleaseInfo(
        release.name().toString(),
        release.version().toString(),
        release.record(),
        release.envelope(),
        release.genesis(),
        head.cid(),
        release.created(),
        record instanceof Node.Map map ? map : Node.Map.EMPTY,
        release.notices(),
        warnings);
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
      modules.save();
    } catch (UncheckedIOException e) {
      LOG.warn("not saved, so read anew at the next start", e);
    }
    try {
      synchronized (this) {
        shut = true;
        graph.ifPresent(GraphIndex::close);
        graph = Optional.empty();
      }
    } finally {
      store.close();
    }
  }
}
