package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.bitswap.Bitswap;
import org.dxos.dmg.libp2p.bitswap.BitswapLimits;
import org.dxos.dmg.libp2p.bitswap.BlockSource;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.host.Traffic;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.sync.pull.Directions;
import org.dxos.dmg.sync.pull.Limits;
import org.dxos.dmg.sync.pull.PullThrough;
import org.dxos.dmg.sync.pull.Source;
import org.dxos.dmg.sync.replica.Follow;
import org.dxos.dmg.sync.replica.HeldSpaces;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.PublicBlocks;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.replica.Responder;
import org.dxos.dmg.sync.replica.Shares;
import org.dxos.dmg.sync.replica.SpacePull;
import org.dxos.dmg.sync.wire.Frames;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.ItemWriter;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node among others: serves those who are linked, keeps up with them, and tells them what is new.
 *
 * <p>Threads: one virtual thread a link ({@link Peer}), one that announces, and one a stream that
 * is served; what computes for long is on threads of the system, as virtual ones do not make room
 * for each other. {@code peers} is shared; everything else belongs to one of them.
 */
public final class Federation implements AutoCloseable {

  /** What is spoken. */
  public static final String PROTOCOL = "/dmg/sync/1.0.0";

  private static final Logger LOG = LoggerFactory.getLogger(Federation.class);

  /** With a request, before its answer. */
  private static final Duration REQUEST_PATIENCE = Duration.ofSeconds(30);

  /** With a whole answer: a large authority takes a while. */
  static final Duration ANSWER_PATIENCE = Duration.ofMinutes(10);

  /** With a whole answer to somebody who is not linked. */
  private static final Duration STRANGERS_PATIENCE = Duration.ofMinutes(1);

  /** For peers to answer before anything is signed; who is away that long is not waited for. */
  private static final Duration FIRST_ROUND = Duration.ofSeconds(5);

  /** For what is under way to end. */
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  private static final int JOURNAL_PAGE = 1024;

  /** Requests with statements that are taken at a time: each may hold some megabytes. */
  private static final int HANDED_IN_BY_ONE = 2;

  private static final int HANDED_IN = 8;
  private static final Duration PREPARE_AFTER = Duration.ofSeconds(5);

  /** Who never rests prepares all the same: after a minute. */
  private static final int PREPARE_AT_LAST = 12;

  private final Host host;
  private final Links links;
  private final Holder holder;
  private final InstantSource clock;
  private final PublicBlocks blocks;
  private final Responder responder;
  private final Strangers strangers;
  private final Pulled pulled;
  private volatile Optional<Nearby> nearby = Optional.empty();
  private final boolean serves;
  private final Optional<Bitswap> bitswap;
  private final OnDemand onDemand;
  private final SpaceLinks spaces;
  private final Unfinished unfinished = new Unfinished();
  private final Shares shares = new Shares(System::nanoTime);
  private final Map<String, Peer> peers = new ConcurrentHashMap<>();
  private final Map<String, Semaphore> handing = new ConcurrentHashMap<>();
  private final Semaphore handingAll = new Semaphore(HANDED_IN);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Where much is worked out: threads that the system takes turns with, whatever they do. */
  private final ExecutorService work =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("dmg-sync-", 0).factory());

  private final Object news = new Object();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  /** When something was last told to a peer, or came of one. */
  private volatile long busy = System.nanoTime();

  /**
   * What is done by bitswap.
   *
   * @param serves whether public blocks are given to whoever asks
   * @param peers IPFS nodes that are asked for public blocks which no linked node gave: multiaddrs
   *     that end in {@code /p2p/…}
   */
  public record Blocks(boolean serves, List<String> peers) {
    public Blocks {
      peers = List.copyOf(peers);
    }
  }

  /**
   * Begins to serve, and to keep up with every link.
   *
   * @param host listens already; it is closed with this
   * @throws SyncException if an address of an IPFS node is none
   */
  public Federation(Host host, Links links, Holder holder, InstantSource clock, Blocks exchanged) {
    this(host, links, holder, HeldSpaces.NONE, clock, exchanged);
  }

  /**
   * Begins to serve, and to keep up with every link.
   *
   * @param host listens already; it is closed with this
   * @param spaces that members among the linked share
   * @param exchanged what is done by bitswap
   * @throws SyncException if an address of an IPFS node is none
   */
  public Federation(
      Host host,
      Links links,
      Holder holder,
      HeldSpaces spaces,
      InstantSource clock,
      Blocks exchanged) {
    this.spaces = new SpaceLinks(spaces);
    this.host = host;
    this.links = links;
    this.holder = holder;
    this.clock = clock;
    this.blocks = new PublicBlocks(holder);
    this.responder = new Responder(holder, blocks);
    this.strangers = new Strangers(holder, responder, blocks);
    this.pulled = new Pulled(holder.store());
    exchanged.peers().forEach(IpfsPeers::parse);
    this.serves = exchanged.serves();
    this.bitswap =
        serves || !exchanged.peers().isEmpty()
            ? Optional.of(
                new Bitswap(
                    host,
                    serves ? new SharedBlocks(blocks) : BlockSource.EMPTY,
                    BitswapLimits.standard()))
            : Optional.empty();
    Optional<IpfsPeers> ipfs =
        bitswap
            .filter(_ -> !exchanged.peers().isEmpty())
            .map(one -> new IpfsPeers(host, one, blocks, threads, exchanged.peers()));
    this.onDemand =
        new OnDemand(
            holder,
            this::connected,
            this::far,
            cid -> ipfs.flatMap(peers -> peers.fetch(cid)),
            clock);
    reserve();
    host.handle(PROTOCOL, this::serve);
    links.all().forEach(this::keepUp);
    threads.execute(this::announce);
    work.execute(this::prepare);
    work.execute(this::findUnfinished);
  }

  private void findUnfinished() {
    try {
      if (links.all().stream().anyMatch(link -> link.policy().bundles())) {
        unfinished.find(holder);
      }
      if (!unfinished.isEmpty()) {
        fetchElsewhere();
      }
    } catch (CancellationException e) {
      LOG.debug("which bundles are not complete is looked for at the next start");
    } catch (RuntimeException e) {
      if (!closed) {
        LOG.warn("which bundles are not complete is not known: {}", e.toString());
      }
    }
  }

  /** Behind everything else that there is to do, and before most who ask for blocks. */
  private void prepare() {
    try {
      for (int times = 0; times < PREPARE_AT_LAST; times++) {
        if (ended.await(PREPARE_AFTER.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
        if (System.nanoTime() - busy > PREPARE_AFTER.toNanos()) {
          break;
        }
      }
      blocks.prepare();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CancellationException e) {
      LOG.debug("what may be given to others is found out after the next start");
    } catch (RuntimeException e) {
      if (!closed) {
        LOG.warn("what may be given to others is not known yet: {}", e.toString());
      }
    }
  }

  /** Who this node is, base58. */
  public String peerId() {
    return host.peerId().toString();
  }

  /** Where it is reached, without {@code /p2p}. */
  public List<String> addresses() {
    return host.addresses().stream().map(Multiaddr::toString).toList();
  }

  /** Where whoever does not know it yet reaches it: addresses that end in {@code /p2p/…}. */
  public List<String> dialled() {
    return host.addresses().stream().map(one -> one.withPeer(peerId()).toString()).toList();
  }

  /** Bytes that crossed the network until now, of all connections and with all that is around. */
  public Traffic traffic() {
    return host.traffic();
  }

  /** Whether public blocks are given by bitswap to whoever asks. */
  public boolean servesBlocks() {
    return serves;
  }

  /** What anybody may read of what is held. */
  public PublicBlocks publicBlocks() {
    return blocks;
  }

  /** Blocks of bundles were kept that nobody committed. */
  public void came(Map<Cid, byte[]> kept) {
    blocks.came(kept);
  }

  /** How each link does. */
  public List<PeerStatus> status() {
    return links.all().stream()
        .map(
            link ->
                Optional.ofNullable(peers.get(link.peer()))
                    .map(peer -> peer.status(link))
                    .orElseGet(() -> PeerStatus.idle(link)))
        .toList();
  }

  /** Opens an invitation to this node. */
  public Invitation invite(Link.Policy policy, long seconds) {
    return invite(policy, seconds, Optional.empty());
  }

  /**
   * Opens an invitation to this node.
   *
   * @param place the space that it is into; this node has to be an admin there
   */
  public Invitation invite(Link.Policy policy, long seconds, Optional<Invitation.Place> place) {
    if (place.isPresent()
        && spaces
            .held()
            .of(place.get().space())
            .flatMap(one -> one.role(peerId()))
            .filter(role -> role == SpaceEntry.Role.ADMIN)
            .isEmpty()) {
      throw new SyncException(
          ErrorCode.INVITATION,
          "invite into a space: this node is no admin of one with that id",
          "see `dmg space list`");
    }
    return links.invite(peerId(), addresses(), policy, seconds, place);
  }

  /**
   * What came of an invitation.
   *
   * @param place the space that this node is in by it, as the other node says
   */
  public record Joined(Link link, Optional<Invitation.Place> place) {}

  /**
   * Takes an invitation of another node.
   *
   * @param policy what is wanted of it
   * @throws SyncException if it cannot be reached, or refuses
   */
  public Joined join(Invitation invitation, Link.Policy policy) {
    if (invitation.peer().equals(peerId())) {
      throw new SyncException(
          ErrorCode.INVITATION, "link with `" + peerId() + "`: that is this node", "");
    }
    try {
      // What the file says is not believed; what the inviter says of it now is.
      Optional<Cid> expected = invitation.place().map(Invitation.Place::space);
      Optional<Invitation.Place> granted =
          granted(invitation).filter(one -> expected.equals(Optional.of(one.space())));
      granted.ifPresent(one -> spaces.held().enter(one.space(), invitation.peer()));
      Link link =
          new Link(
              invitation.peer(), invitation.addresses(), policy, clock.instant().getEpochSecond());
      if (invitation.place().isEmpty() || links.of(invitation.peer()).isEmpty()) {
        links.put(link);
      }
      keepUp(link);
      Optional.ofNullable(peers.get(link.peer())).ifPresent(Peer::wake);
      return new Joined(link, granted);
    } catch (IOException e) {
      throw new SyncException(
          ErrorCode.UNREACHABLE,
          "link with `" + invitation.peer() + "`: " + e.getMessage(),
          "see whether that node runs, and is reached at " + invitation.addresses(),
          e);
    }
  }

  /**
   * Hands an invitation in; says which space this node was let into. A connection that was open
   * before may be cut meanwhile, as when a place in a space was just taken away: then it is handed
   * in again over a new one, which changes nothing if the first was taken.
   */
  private Optional<Invitation.Place> granted(Invitation invitation) throws IOException {
    Connection connection = connect(invitation.peer(), invitation.addresses());
    try {
      return granted(invitation, connection);
    } catch (IOException e) {
      boolean leaving = e instanceof Libp2pException why && why.reason() == Reason.REMOTE_CLOSED;
      if (connection.ended().isEmpty() && !leaving) {
        throw e;
      }
      connection.close(Duration.ZERO); // it may be about to end, and would be found again
      LOG.debug("join {} again: {}", invitation.peer(), e.getMessage());
      return granted(invitation, connect(invitation.peer(), invitation.addresses()));
    }
  }

  private Optional<Invitation.Place> granted(Invitation invitation, Connection connection)
      throws IOException {
    Request.Join request = new Request.Join(invitation.secret(), addresses());
    try (Remote.Answer answer = new PeerRemote(connection, REQUEST_PATIENCE).ask(request)) {
      Optional<Item> item = answer.next();
      if (!(item.orElse(null) instanceof Item.Said said)) {
        throw new SyncException(ErrorCode.SYNC_PROTOCOL, "read answer to `join`: no map", "");
      }
      Fields fields = Fields.of("answer to `join`", ErrorCode.SYNC_PROTOCOL, said.fields());
      if (!fields.text("status").equals("linked")) {
        throw new SyncException(
            ErrorCode.INVITATION,
            "link with `" + invitation.peer() + "`: it refuses the invitation",
            "it was used, has expired, or is not one of that node's: ask for a new one");
      }
      Optional<Cid> space = fields.optionalLink("space");
      Optional<SpaceEntry.Role> role = fields.optionalText("role").map(SpaceEntry.Role::parse);
      return space.flatMap(id -> role.map(one -> new Invitation.Place(id, one)));
    }
  }

  /** Ends a link, and every stream of it. False if there was none. */
  public boolean remove(String peer) {
    boolean was = links.remove(peer);
    reserve();
    Optional.ofNullable(peers.remove(peer)).ifPresent(Peer::stop);
    cut(peer);
    return was;
  }

  /** Changes what is wanted of a peer. */
  public Link change(String peer, Link.Policy policy) {
    Link link =
        links
            .of(peer)
            .orElseThrow(
                () ->
                    new SyncException(
                        ErrorCode.NOT_FOUND,
                        "change link with `" + peer + "`: there is none",
                        "see `dmg peer list`"))
            .with(policy);
    links.put(link);
    links.forgetCursor(peer);
    Optional.ofNullable(peers.remove(peer)).ifPresent(Peer::stop);
    keepUp(link);
    return link;
  }

  /** A block of a bundle that is not held, from a linked peer that has it; it is kept. */
  public Optional<byte[]> fetch(Cid cid) {
    return onDemand.fetch(cid);
  }

  private List<Remote> connected() {
    List<Remote> remotes = new ArrayList<>();
    for (Link link : links.all()) {
      try {
        connection(link.peer())
            .ifPresent(one -> remotes.add(new PeerRemote(one, OnDemand.patience())));
      } catch (IOException e) {
        LOG.debug("find {}: {}", link.peer(), e.getMessage());
      }
    }
    return remotes;
  }

  private List<Source> far() {
    return nearby.map(Nearby::far).orElse(List.of());
  }

  /**
   * A way to what is asked for and not held; made once.
   *
   * @param directions whom one may ask, and what names mean
   */
  public PullThrough pullThrough(Directions directions, Limits limits) {
    Nearby around = new Nearby(host, links, holder, pulled, directions, limits.search(), clock);
    nearby = Optional.of(around);
    return new PullThrough(holder, directions, around, threads, clock, limits);
  }

  /** True if an authority came from a node that is not linked: nobody tells news of it. */
  public boolean isFromFar(Cid genesis) {
    return pulled.isFromFar(genesis);
  }

  /** What is wanted over a link: what was agreed, and what was asked for here meanwhile. */
  Follow wanted(Link.Policy policy) {
    return pulled.wanted(policy);
  }

  /**
   * Waits until every peer was asked once what it has, or could not be: a home that was restored
   * from a backup learns by it what it has signed since, before it signs again.
   */
  public void awaitFirstRound() {
    CompletableFuture<?>[] asked =
        peers.values().stream().map(Peer::asked).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(asked).get(FIRST_ROUND.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("not every peer was asked: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks every peer that is followed what differs, now. */
  public void syncNow() {
    peers.values().forEach(Peer::wake);
  }

  /** Strangers, who may ask for blocks, take no place of those who are linked. */
  private void reserve() {
    Set<PeerId> linked = new HashSet<>();
    for (Link link : links.all()) {
      try {
        linked.add(PeerId.parse(link.peer()));
      } catch (IOException e) {
        LOG.debug("reserve for {}: {}", link.peer(), e.getMessage()); // not of this version
      }
    }
    host.reserve(linked);
  }

  SpaceLinks spaces() {
    return spaces;
  }

  /** Where what comes is judged while more is read. */
  Executor lane() {
    return task -> {
      try {
        work.execute(task);
      } catch (RejectedExecutionException e) {
        task.run(); // this is being closed: whoever reads ends in his own time
      }
    };
  }

  Shares shares() {
    return shares;
  }

  Unfinished unfinished() {
    return unfinished;
  }

  /** There are bundles that some peer may have. */
  void fetchElsewhere() {
    peers.values().forEach(Peer::wakeToFetch);
  }

  private void keepUp(Link link) {
    reserve();
    peers.computeIfAbsent(
        link.peer(),
        _ -> {
          Peer peer = new Peer(this, link.peer());
          threads.execute(peer::run);
          return peer;
        });
  }

  Connection connect(String peer, List<String> addresses) throws IOException {
    List<Multiaddr> parsed = new ArrayList<>();
    for (String address : addresses) {
      parsed.add(Multiaddr.parse(address));
    }
    return host.connect(PeerId.parse(peer), parsed.toArray(Multiaddr[]::new));
  }

  Optional<Connection> connection(String peer) throws IOException {
    return host.connection(PeerId.parse(peer));
  }

  Links links() {
    return links;
  }

  Holder holder() {
    return holder;
  }

  InstantSource clock() {
    return clock;
  }

  private void serve(Stream stream) throws IOException {
    String peer = stream.remote().toString();
    try (stream) {
      stream.deadline(REQUEST_PATIENCE);
      Optional<byte[]> frame = Frames.read(stream.in(), Request.MAX_BYTES);
      if (frame.isEmpty()) {
        return;
      }
      Request request = Request.decode(frame.get());
      if (!(request instanceof Request.Join) && links.of(peer).isEmpty()) {
        tellStranger(stream, request);
        return;
      }
      stream.deadline(ANSWER_PATIENCE);
      if (request instanceof Request.Announce announce) {
        hear(peer, announce);
        return;
      }
      Optional<Submitted> submitted =
          request instanceof Request.Submit submit
              ? Optional.of(handedIn(stream, submit, peer))
              : Optional.empty();
      long sent =
          write(
              stream,
              items -> {
                if (submitted.isPresent()) {
                  items.say(submitted.get().toNode());
                } else {
                  answer(request, peer, items);
                }
              });
      Optional.ofNullable(peers.get(peer)).ifPresent(one -> one.sent(sent));
      busy = System.nanoTime();
    } catch (RuntimeException e) {
      stream.reset();
      if (e instanceof Explained explained) {
        LOG.debug("answer {}: {}", peer, explained.message());
      } else {
        throw e;
      }
    }
  }

  private void tellStranger(Stream stream, Request request) throws IOException {
    if (!strangers.begin(request)) {
      stream.reset(); // it is told nothing, not even that it is a stranger
      return;
    }
    try {
      stream.deadline(STRANGERS_PATIENCE);
      long unused = write(stream, items -> strangers.answer(request, items));
    } finally {
      strangers.end();
    }
  }

  private interface Answering {
    void into(ItemWriter items) throws IOException;
  }

  /** Answers, and tells how many bytes that took. */
  private static long write(Stream stream, Answering answer) throws IOException {
    Counted counted = new Counted(stream);
    try (OutputStream out = Frames.compressed(counted, counted::finish)) {
      try {
        answer.into(new ItemWriter(out));
      } catch (IOException | RuntimeException e) {
        stream.reset(); // what is broken off must not end as if it were whole
        throw e;
      }
    }
    return counted.bytes();
  }

  private void answer(Request request, String peer, ItemWriter out) throws IOException {
    switch (request) {
      case Request.Roots one -> of(one.space(), peer).roots(one, out);
      case Request.Tree one -> of(one.space(), peer).tree(one, out);
      case Request.Log one -> {
        for (Request.Want want : one.want()) {
          of(want.space(), peer).log(new Request.Log(List.of(want)), out);
        }
      }
      case Request.Blocks one -> of(one.space(), peer).blocks(one, out);
      case Request.Forks one -> of(one.space(), peer).forks(one, out);
      case Request.Join one -> join(one, peer, out);
      case Request.Submit _, Request.Announce _ -> {}
    }
  }

  /** Who answers a peer about a space; one that is not there and one that is not his are alike. */
  private Responder of(Optional<Cid> space, String peer) {
    return space.isEmpty()
        ? responder
        : spaces.door().toRead(space.get(), peer).orElseThrow(Federation::noSuchSpace);
  }

  private Holder door(Request.Submit request, String peer) {
    return request.space().isEmpty()
        ? holder
        : spaces.door().toWrite(request.space().get(), peer).orElseThrow(Federation::noSuchSpace);
  }

  private static SyncException noSuchSpace() {
    return new SyncException(ErrorCode.NOT_FOUND, "answer about a space: there is none", "");
  }

  /** Takes what a peer hands in, if neither he nor all together hand in too much at a time. */
  private Submitted handedIn(Stream stream, Request.Submit request, String peer)
      throws IOException {
    Semaphore his = handing.computeIfAbsent(peer, _ -> new Semaphore(HANDED_IN_BY_ONE));
    if (!his.tryAcquire()) {
      return Submitted.refused(ErrorCode.BUSY, Optional.empty());
    }
    try {
      if (!handingAll.tryAcquire()) {
        return Submitted.refused(ErrorCode.BUSY, Optional.empty());
      }
      try {
        return take(stream, request, peer);
      } finally {
        handingAll.release();
      }
    } finally {
      his.release();
    }
  }

  /** Takes the statements that a peer hands in. */
  private Submitted take(Stream stream, Request.Submit request, String peer) throws IOException {
    Optional<Link> link = links.of(peer);
    Optional<Peer> at = Optional.ofNullable(peers.get(peer));
    if (link.isEmpty() || at.isEmpty()) {
      throw new SyncException(ErrorCode.NOT_FOUND, "take statements: no link any more", "");
    }
    Function<Duration, Remote> linked = most -> new PeerRemote(stream.connection(), most);
    // What is handed in in a space is there alone, its bundles too.
    Function<Duration, Remote> from =
        request
            .space()
            .map(space -> linked.andThen(remote -> SpacePull.in(remote, space)))
            .orElse(linked);
    return new HandedIn(
            () -> door(request, peer),
            new Within(from, ANSWER_PATIENCE, System::nanoTime),
            at.get().quota(link.get().policy()))
        .take(stream.in());
  }

  /** There is something new to hand on to the homes of authorities. */
  public void handOn() {
    peers.values().forEach(Peer::wakeToHandOn);
  }

  private void join(Request.Join request, String peer, ItemWriter out) throws IOException {
    MapBuilder answer = new MapBuilder();
    try {
      Links.Accepted accepted = links.accept(request.secret(), peer, request.addresses());
      if (accepted.place().isPresent() && !accepted.granted()) {
        Invitation.Place one = accepted.place().get();
        spaces.held().admit(one.space(), peer, one.role());
        links.granted(request.secret());
      }
      keepUp(accepted.link());
      answer.put("status", "linked");
      accepted
          .place()
          .ifPresent(
              one -> answer.put("space", Node.of(one.space())).put("role", one.role().text()));
    } catch (SyncException e) {
      LOG.info(e.message());
      answer.put("status", "refused");
    }
    out.say(answer.build());
  }

  /** What a peer says is new, and is not here, is asked for. */
  private void hear(String peer, Request.Announce announce) {
    Set<Cid> inSpaces = spaces.lacking(peer, announce.states());
    if (!inSpaces.isEmpty()) {
      Optional.ofNullable(peers.get(peer)).ifPresent(one -> one.wakeFor(inSpaces));
    }
    List<Request.State> lacking =
        announce.states().stream()
            .filter(state -> state.space().isEmpty())
            .filter(state -> lack(Optional.of(state)) != Pull.Lack.NOTHING)
            .toList();
    if (!lacking.isEmpty()) {
      Optional.ofNullable(peers.get(peer)).ifPresent(one -> one.wake(lacking));
    }
  }

  /**
   * What is lacking of an authority of which a peer has told where it stands. One that stands where
   * this node once stood is behind, and would tell all that it has if it were asked; or it knows of
   * a fork, and stands before it.
   */
  Pull.Lack lack(Optional<Request.State> announced) {
    Optional<AuthorityView> view = announced.flatMap(state -> holder.authority(state.genesis()));
    if (announced.isEmpty() || view.isEmpty()) {
      return Pull.Lack.SOMETHING;
    }
    Optional<Cid> key = announced.get().key();
    Optional<Cid> head = announced.get().head();
    boolean same =
        (key.isEmpty() || key.equals(Optional.of(view.get().keyHead().cid())))
            && (head.isEmpty() || head.equals(view.get().head().map(Signed::cid)));
    if (same) {
      return Pull.Lack.NOTHING;
    }
    boolean held =
        key.filter(entry -> !holder.store().has(entry)).isEmpty()
            && head.filter(one -> !holder.store().has(one)).isEmpty();
    return held ? Pull.Lack.FORKS : Pull.Lack.SOMETHING;
  }

  /** Guarded by {@code news}. */
  private boolean again;

  /** To be called after each commit, of a space as well. */
  public void committed() {
    busy = System.nanoTime();
    synchronized (news) {
      again = true;
      news.notifyAll();
    }
  }

  private void announce() {
    long told = holder.store().journalEnd();
    try {
      while (!closed) {
        synchronized (news) {
          if (!closed && !again && holder.store().journalEnd() == told) {
            news.wait(1000);
          }
          again = false;
        }
        announceInSpaces();
        Set<Cid> changed = new LinkedHashSet<>();
        List<JournalEntry> page = holder.store().journal(told, JOURNAL_PAGE);
        for (JournalEntry entry : page) {
          told = entry.position();
          changed.add(entry.genesis());
        }
        List<Request.State> states = new ArrayList<>();
        for (Cid genesis : changed) {
          holder
              .authority(genesis)
              .ifPresent(
                  view ->
                      states.add(
                          new Request.State(
                              genesis,
                              Optional.of(view.keyHead().cid()),
                              view.head().map(Signed::cid))));
        }
        for (Request.Announce announce : Request.Announce.all(states)) {
          peers.values().forEach(peer -> threads.execute(() -> peer.tell(announce)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void announceInSpaces() {
    List<String> linked = links.all().stream().map(Link::peer).toList();
    try {
      spaces
          .news(linked)
          .forEach(
              (id, all) ->
                  Optional.ofNullable(peers.get(id))
                      .ifPresent(peer -> threads.execute(() -> all.forEach(peer::tell))));
    } catch (RuntimeException e) {
      LOG.warn("tell what is new in spaces: {}", e.toString());
    }
    try {
      spaces.shutOut(linked).forEach(this::cut);
    } catch (RuntimeException e) {
      LOG.warn("end what those are told who are shut out: {}", e.toString());
    }
  }

  /** Ends every stream of a peer; it may come back, and finds out then what it may ask. */
  private void cut(String peer) {
    host.connections().stream()
        .filter(connection -> connection.remote().toString().equals(peer))
        .forEach(connection -> connection.close(Duration.ZERO));
  }

  @Override
  public void close() {
    closed = true;
    ended.countDown();
    committed();
    peers.values().forEach(Peer::stop);
    bitswap.ifPresent(Bitswap::close);
    host.close();
    threads.shutdownNow();
    work.shutdownNow();
    try {
      if (!threads.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)
          || !work.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("something of the links is still at work after {}", CLOSE_PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
