package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.multiaddr.Protocol;
import org.dxos.dmg.libp2p.noise.NoiseUpgrade;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.ConnectionShare;
import org.dxos.dmg.libp2p.resource.ResourceManager;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A libp2p peer. Handlers run on virtual threads; all calls block and may come from any thread.
 * {@link #close()} leaves no thread and no socket behind.
 */
public final class Host implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Host.class);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration FAREWELL = Duration.ofMillis(500);

  private final HostConfig config;
  private final Traffic traffic = new Traffic();
  private final ResourceManager resources;
  private final ExecutorService threads;
  private final ScheduledThreadPoolExecutor timer;
  private final Upgrader upgrader;
  private final Dialer dialer = new Dialer(this);
  private final Backoff backoff;
  private final AddressBook book;
  private final Identify identify;
  private final Map<String, StreamHandler> handlers = new ConcurrentHashMap<>();
  private final Map<PeerId, List<Connection>> connections = new ConcurrentHashMap<>();
  private final Map<PeerId, Dial> dials = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Set<Connection> ending = ConcurrentHashMap.newKeySet();
  private final Neighbourhoods neighbourhoods;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Set<PeerId> reserved;

  private Host(HostConfig config) {
    this.config = config;
    this.reserved = config.reserved();
    this.resources = new ResourceManager(config.limits());
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("libp2p-", 0).factory());
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("libp2p-timer").factory());
    timer.setRemoveOnCancelPolicy(true);
    this.upgrader = new Upgrader(config);
    this.backoff = new Backoff(config.nanos(), config.random());
    this.book = new AddressBook();
    this.identify = new Identify(this);
    this.neighbourhoods = new Neighbourhoods(config.limits(), config.nanos());
  }

  /** Starts a host: it listens when this returns. @throws IOException if an address is taken */
  public static Host start(HostConfig config) throws IOException {
    Host host = new Host(config);
    try {
      host.identify.register();
      Ping.register(host);
      if (config.perf()) {
        Perf.register(host);
      }
      for (Multiaddr address : config.listen()) {
        host.listen(address);
      }
    } catch (IOException | RuntimeException e) {
      host.close();
      throw e;
    }
    var upgrades =
        host.timer.scheduleWithFixedDelay(host.upgrader::tick, 100, 100, TimeUnit.MILLISECONDS);
    var connections = host.timer.scheduleWithFixedDelay(host::tick, 1, 1, TimeUnit.SECONDS);
    return host;
  }

  private void listen(Multiaddr address) throws IOException {
    String ip =
        address
            .value(Protocol.IP4)
            .or(() -> address.value(Protocol.IP6))
            .orElseThrow(
                () ->
                    new Libp2pException(
                        Reason.NOT_SUPPORTED, "listen: `" + address + "` names no IP address"));
    int port =
        address
            .tcpPort()
            .orElseThrow(
                () ->
                    new Libp2pException(
                        Reason.NOT_SUPPORTED, "listen: `" + address + "` is not TCP"));
    Listener listener = new Listener(this, InetAddress.getByName(ip), port);
    listeners.add(listener);
    threads.execute(listener::run);
  }

  /** The id that others dial, made from the identity's key. */
  public PeerId peerId() {
    return config.identity().peerId();
  }

  /**
   * Where others reach this host, without {@code /p2p/…}: what was announced, or else what is
   * listened on. Never the unspecified address: who listens on {@code /ip4/0.0.0.0/tcp/…} has to
   * {@linkplain HostConfig#announcing announce} where that is.
   */
  public List<Multiaddr> addresses() {
    if (!config.announced().isEmpty()) {
      return config.announced();
    }
    return listeners.stream()
        .map(Listener::socketAddress)
        .filter(socket -> !socket.getAddress().isAnyLocalAddress())
        .map(Multiaddr::ofSocket)
        .toList();
  }

  /** The sockets listened on, the unspecified address among them. */
  public List<InetSocketAddress> sockets() {
    return listeners.stream().map(Listener::socketAddress).toList();
  }

  /** The clock of the configuration, for protocols that live on this host. */
  public long nanos() {
    return config.nanos().getAsLong();
  }

  /** Bytes that crossed the sockets. */
  public Traffic traffic() {
    return traffic;
  }

  /** What is spent, scope by scope: {@link ResourceManager#snapshot} for metrics. */
  public ResourceManager resources() {
    return resources;
  }

  /**
   * From now on these peers always find a slot, and no others: in the place of those of {@link
   * HostConfig#withReserved}. Connections that are open stay as they were counted. Who dials one of
   * them paces himself: it is never refused for having failed lately.
   */
  public void reserve(Set<PeerId> peers) {
    reserved = Set.copyOf(peers);
  }

  boolean isReserved(PeerId peer) {
    return reserved.contains(peer);
  }

  /**
   * Serves a protocol from now on, in the place of an earlier handler; connected peers are told.
   * Begun by one peer at a time or many: the handler is called from many threads at once.
   */
  public void handle(String protocol, StreamHandler handler) {
    if (handlers.put(protocol, handler) == null && !connections.isEmpty()) {
      identify.push();
    }
  }

  /** Serves it no longer; connected peers are told. */
  public void unhandle(String protocol) {
    if (handlers.remove(protocol) != null) {
      identify.push();
    }
  }

  /** What is served now, in order; identify tells it to others. */
  public List<String> protocols() {
    return handlers.keySet().stream().sorted().toList();
  }

  /** Every open connection. */
  public List<Connection> connections() {
    return connections.values().stream().flatMap(Collection::stream).toList();
  }

  /** The connection to use for a peer, if there is one. */
  public Optional<Connection> connection(PeerId peer) {
    // Where both dialled at once, both ends prefer the one that the smaller id dialled.
    boolean smaller = peerId().compareTo(peer) < 0;
    return connections.getOrDefault(peer, List.of()).stream()
        .filter(connection -> connection.ended().isEmpty())
        .min(Comparator.comparing(connection -> connection.inbound() == smaller));
  }

  /**
   * A connection to the peer: an open one, or a new one by the addresses given, then by those
   * learnt. Callers at the same time share one dial. Addresses need no {@code /p2p/…}.
   *
   * <p>That it returns means that the other end has proved who it is, not yet that it takes us: its
   * gater or its limits speak later, and show as the end of the connection at its first use.
   *
   * @throws Libp2pException UNREACHABLE; DIAL_BACKOFF where these addresses failed lately (1 s,
   *     doubled up to 5 minutes); PEER_IDENTITY where somebody else answers; GATED; RESOURCE_LIMIT;
   *     TIMEOUT; CLOSED after {@link #close}
   */
  public Connection connect(PeerId peer, Multiaddr... addresses) throws IOException {
    if (closed.get()) {
      throw new Libp2pException(Reason.CLOSED, "the host is closed");
    }
    if (peer.equals(peerId())) {
      throw new Libp2pException(Reason.PEER_IDENTITY, "dial: `" + peer + "` is oneself");
    }
    Optional<Connection> open = connection(peer);
    if (open.isPresent()) {
      return open.get();
    }
    List<Dialer.Target> targets = targets(peer, addresses);
    Set<Multiaddr> places = new LinkedHashSet<>();
    targets.forEach(target -> places.add(target.address()));
    while (true) {
      Dial mine = new Dial(new CompletableFuture<>(), places);
      Dial running = dials.putIfAbsent(peer, mine);
      if (running == null) {
        return dial(peer, targets, mine);
      }
      try {
        return shared(running.outcome());
      } catch (Libp2pException e) {
        // It failed, but it knew less than this caller does.
        if (running.places().containsAll(places)) {
          throw e;
        }
      }
    }
  }

  /** One that is going on, and the addresses that it tries. */
  private record Dial(CompletableFuture<Connection> outcome, Set<Multiaddr> places) {}

  private List<Dialer.Target> targets(PeerId peer, Multiaddr... addresses) {
    List<Dialer.Target> targets = new ArrayList<>();
    for (Multiaddr address : addresses) {
      targets.add(new Dialer.Target(address, true));
    }
    book.known(peer).forEach(address -> targets.add(new Dialer.Target(address, false)));
    return targets;
  }

  private Connection dial(PeerId peer, List<Dialer.Target> targets, Dial mine) throws IOException {
    CompletableFuture<Connection> outcome = mine.outcome();
    try {
      // A dial that ended between the two questions has left its connection.
      Optional<Connection> meanwhile = connection(peer);
      if (meanwhile.isPresent()) {
        outcome.complete(meanwhile.get());
        return meanwhile.get();
      }
      if (!isReserved(peer)) {
        backoff.check(peer, mine.places());
      }
      Connection connection = dialer.dial(peer, targets);
      outcome.complete(connection);
      return connection;
    } catch (IOException | RuntimeException e) {
      // Where both dialled at once and this dial failed, that of the other end serves as well.
      Optional<Connection> theirs = connection(peer);
      if (theirs.isPresent()) {
        outcome.complete(theirs.get());
        return theirs.get();
      }
      if (e instanceof Libp2pException why && blames(why.reason())) {
        backoff.failed(peer, mine.places());
      }
      outcome.completeExceptionally(e);
      throw e;
    } finally {
      dials.remove(peer, mine);
      // An error too, which ends this thread, must not leave others waiting.
      outcome.completeExceptionally(
          new Libp2pException(Reason.UNREACHABLE, "dial: it ended without an outcome"));
    }
  }

  private static boolean blames(Reason reason) {
    return reason != Reason.DIAL_BACKOFF
        && reason != Reason.RESOURCE_LIMIT
        && reason != Reason.GATED;
  }

  private static Connection shared(CompletableFuture<Connection> running) throws IOException {
    try {
      return running.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Libp2pException why) {
        throw why.again();
      }
      throw new IOException(e.getCause());
    }
  }

  /**
   * Connects by an address that ends in {@code /p2p/…}, as {@link Multiaddr#withPeer} makes one of
   * those of {@link #addresses}.
   *
   * @throws Libp2pException as {@link #connect(PeerId, Multiaddr...)}; MALFORMED without a peer
   */
  public Connection connect(Multiaddr address) throws IOException {
    String peer =
        address
            .value(Protocol.P2P)
            .orElseThrow(
                () ->
                    new Libp2pException(Reason.MALFORMED, "dial: `" + address + "` names no peer"));
    return connect(PeerId.parse(peer), address.withoutPeer());
  }

  /**
   * Opens a stream to a peer, over an open connection or a new one, for the first of the protocols
   * that it speaks. Whoever opens a stream closes it.
   */
  public Stream open(PeerId peer, String... protocols) throws IOException {
    return connect(peer).open(protocols);
  }

  /**
   * One ping over a stream of its own, to a peer that is connected or whose address is known.
   *
   * @return the round trip
   * @throws Libp2pException TIMEOUT after 20 s, or as {@link #connect(PeerId, Multiaddr...)}
   */
  public Duration ping(PeerId peer) throws IOException {
    return Ping.once(this, peer);
  }

  /** What {@code /perf/1.0.0} measures: that many bytes up, then down. */
  public Perf.Result perf(PeerId peer, long upload, long download) throws IOException {
    return Perf.measure(this, peer, upload, download);
  }

  /** Ends connections in good order within two seconds, then at once. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    listeners.forEach(Listener::close);
    List<CompletableFuture<Void>> closing = new ArrayList<>();
    for (Connection connection : connections()) {
      closing.add(CompletableFuture.runAsync(() -> connection.close(GRACE), threads));
    }
    closing.forEach(CompletableFuture::join);
    connections().forEach(c -> c.abort(new Libp2pException(Reason.CLOSED, "the host is closed")));
    ending.forEach(connection -> connection.awaitShut(FAREWELL));
    timer.shutdownNow();
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("a handler goes on after its host was closed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- for the package ----

  HostConfig config() {
    return config;
  }

  Executor threads() {
    return task -> {
      if (!begin(task)) {
        LOG.debug("not begun, the host is closed");
      }
    };
  }

  /** Begins a task on a thread of its own; false once the host is closed. */
  boolean begin(Runnable task) {
    try {
      threads.execute(task);
      return true;
    } catch (java.util.concurrent.RejectedExecutionException e) {
      return false;
    }
  }

  Logger log() {
    return LOG;
  }

  AddressBook book() {
    return book;
  }

  boolean speaks(String protocol) {
    return handlers.containsKey(protocol);
  }

  StreamHandler handler(String protocol) {
    StreamHandler handler = handlers.get(protocol);
    return handler == null ? Stream::reset : handler;
  }

  Connection accepted(Duplex plain, Multiaddr from, ConnectionShare share) throws IOException {
    return admit(upgrader.accepted(plain, share::close), from, true, share);
  }

  Connection dialed(
      Duplex plain, Multiaddr to, PeerId peer, ConnectionShare share, Duration patience)
      throws IOException {
    return admit(upgrader.dialed(plain, peer, patience), to, false, share);
  }

  private Connection admit(
      NoiseUpgrade.Secured secured, Multiaddr address, boolean inbound, ConnectionShare share)
      throws IOException {
    PeerId remote = secured.remote();
    try {
      if (!config.gater().maySecure(remote, inbound)) {
        throw new Libp2pException(Reason.GATED, "the gater refused " + remote);
      }
      share.authenticated(remote.toString(), isReserved(remote));
    } catch (Libp2pException e) {
      secured.channel().close();
      throw e;
    }
    Connection connection =
        new Connection(
            this, secured.remoteKey(), address.withoutPeer(), inbound, share, secured.channel());
    connections.compute(
        remote,
        (peer, open) -> {
          List<Connection> all = new ArrayList<>(open == null ? List.of() : open);
          all.add(connection);
          return List.copyOf(all);
        });
    connection.start();
    backoff.worked(remote);
    if (closed.get()) {
      // Its threads may not have begun: nobody else closes the socket, and nobody can use it.
      Libp2pException why = new Libp2pException(Reason.CLOSED, "the host is closed");
      connection.abort(why);
      connection.awaitShut(Duration.ZERO);
      throw why;
    }
    threads().execute(() -> identify.ask(connection));
    return connection;
  }

  void forget(Connection connection, Libp2pException why) {
    LOG.debug("connection {} ended: {}", connection, why.getMessage());
    ending.add(connection);
    connections.computeIfPresent(
        connection.remote(),
        (peer, open) -> {
          List<Connection> left = open.stream().filter(other -> other != connection).toList();
          return left.isEmpty() ? nothing() : left;
        });
  }

  @SuppressWarnings("NullAway") // a null removes the entry: the map's own contract
  private static List<Connection> nothing() {
    return null;
  }

  Neighbourhoods neighbourhoods() {
    return neighbourhoods;
  }

  /** A place for a connection that somebody begins; where few are left, the slowest gives way. */
  ConnectionShare pendingInbound() throws Libp2pException {
    if (resources.pendingInbound() * 4 >= config.limits().pending() * 3) {
      upgrader.yieldOldest();
    }
    return resources.openInbound();
  }

  private void tick() {
    ending.removeIf(Connection::reap);
    for (Connection connection : connections()) {
      try {
        connection.tick();
      } catch (RuntimeException e) {
        LOG.warn("watching over {} failed", connection, e);
      }
    }
  }
}
