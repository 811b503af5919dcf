package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Identified;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One link at work: keeps a connection, asks what differs when it is woken or some time has passed,
 * and waits longer after each failure.
 *
 * <p>Threads: {@link #run} is one; {@code turn} guards what others tell it.
 */
final class Peer {

  private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

  /** Between two questions about what differs, when nothing is announced. */
  private static final Duration ROUND = Duration.ofSeconds(30);

  /**
   * Of so many rounds one compares the trees themselves, if the roots differ: what a peer left out
   * once, its journal does not tell again.
   */
  private static final int WALK_EACH = 10;

  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofMinutes(5);

  /** A peer that has just gone is tried this often at least: nets heal without telling anybody. */
  private static final Duration LEAST_AWAY = Duration.ofSeconds(3);

  /** How long it is waited, at most, in parts of how long a peer has been away. */
  private static final int PART_OF_AWAY = 20;

  /** For news to be heard; a peer of which nothing else came meanwhile is dialled anew. */
  private static final Duration TELL_PATIENCE = Duration.ofSeconds(5);

  private static final Duration FIRST_FETCH = Duration.ofSeconds(1);
  private static final Duration LAST_FETCH = Duration.ofHours(1);

  private final Federation federation;
  private final String id;
  private final ReentrantLock turn = new ReentrantLock();
  private final Condition woken = turn.newCondition();
  private final Map<Cid, Request.State> lacking = new LinkedHashMap<>();
  private final Set<Cid> spaces = new LinkedHashSet<>();
  private boolean due = true;
  private boolean outgoing = true;
  private boolean fetching;
  private boolean stopped;

  private final CompletableFuture<@Nullable Void> asked = new CompletableFuture<>();
  private final Progress progress = new Progress();
  private int failures;
  private Optional<Instant> awaySince = Optional.empty();

  /** Bundles that it did not have, by record, over this connection. */
  private final Map<Cid, Again> again = new HashMap<>();

  private Optional<Connection> fetchedOver = Optional.empty();

  private record Again(Instant at, Duration step) {}

  private int rounds;

  Peer(Federation federation, String id) {
    this.federation = federation;
    this.id = id;
  }

  PeerStatus status(Link link) {
    turn.lock();
    try {
      return progress.of(link, connection().isPresent(), !lacking.isEmpty(), now());
    } finally {
      turn.unlock();
    }
  }

  /** This much was answered to it. */
  void sent(long bytes) {
    progress.sent(bytes);
  }

  private long now() {
    return federation.clock().instant().getEpochSecond();
  }

  /** Something may differ. */
  void wake() {
    turn.lock();
    try {
      due = true;
      woken.signalAll();
    } finally {
      turn.unlock();
    }
  }

  /** These authorities stand elsewhere than here. */
  void wake(List<Request.State> states) {
    turn.lock();
    try {
      states.forEach(state -> lacking.put(state.genesis(), state));
      woken.signalAll();
    } finally {
      turn.unlock();
    }
  }

  /** Something differs in these spaces. */
  void wakeFor(Set<Cid> space) {
    turn.lock();
    try {
      spaces.addAll(space);
      woken.signalAll();
    } finally {
      turn.unlock();
    }
  }

  /** Something waits for its home. */
  void wakeToHandOn() {
    turn.lock();
    try {
      outgoing = true;
      woken.signalAll();
    } finally {
      turn.unlock();
    }
  }

  /** Bundles are wanted that this peer may have. */
  void wakeToFetch() {
    turn.lock();
    try {
      fetching = true;
      woken.signalAll();
    } finally {
      turn.unlock();
    }
  }

  void stop() {
    turn.lock();
    try {
      stopped = true;
      woken.signalAll();
    } finally {
      turn.unlock();
    }
  }

  /** Tells it what is new here, if it is connected. */
  void tell(Request.Announce announce) {
    Optional<Connection> connection = connection();
    if (connection.isEmpty()) {
      return; // it will ask when it is back
    }
    try {
      new PeerRemote(connection.get(), TELL_PATIENCE).tell(announce);
      LOG.debug("told {} of {} authorities", id, announce.states().size());
    } catch (IOException e) {
      LOG.debug("tell {}: {}", id, e.getMessage());
      // TCP would find out in minutes, and after a while of silence tries once in a while only.
      if (connection.get().silence().compareTo(TELL_PATIENCE) >= 0) {
        connection.get().close(Duration.ZERO);
        wake();
      }
    }
  }

  /** Completes when it was asked once, or could not be. */
  CompletableFuture<@Nullable Void> asked() {
    return asked;
  }

  void run() {
    try {
      while (true) {
        Work work = await();
        if (work.stop()) {
          return;
        }
        Optional<Link> link = federation.links().of(id);
        if (link.isEmpty()) {
          return;
        }
        try {
          keepUp(link.get(), work);
          asked.complete(null);
          failures = 0;
          awaySince = Optional.empty();
          progress.well();
        } catch (IOException | RuntimeException e) {
          asked.complete(null);
          failed(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void failed(Exception e) throws InterruptedException {
    failures++;
    progress.failed(
        e instanceof Explained explained ? explained.message() : String.valueOf(e.getMessage()));
    if (!(e instanceof IOException) && !(e instanceof Explained)) {
      LOG.error("keep up with {}", id, e);
    }
    Optional<Connection> over = connection();
    long from = System.nanoTime();
    long wait = pause(over.isPresent()).toNanos();
    turn.lock();
    try {
      // Who connects anew ends the wait: he is there. One that stays connected and fails is waited
      // for as any other, but what it says is new is asked for: the fault may be in one authority.
      boolean news = false;
      while (!stopped && !news && System.nanoTime() - from < wait) {
        Optional<Connection> now = connection();
        if (now.isPresent() && !now.equals(over)) {
          break;
        }
        long unused = woken.awaitNanos(TimeUnit.MILLISECONDS.toNanos(200));
        news = !lacking.isEmpty() && System.nanoTime() - from > FIRST_RETRY.toNanos();
      }
      due = due || !news;
    } finally {
      turn.unlock();
    }
  }

  private Duration pause(boolean reached) {
    Duration doubled =
        shorter(FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 10)), LAST_RETRY);
    if (reached) {
      return doubled;
    }
    Instant now = federation.clock().instant();
    if (awaySince.isEmpty()) {
      awaySince = Optional.of(now);
    }
    Duration part = Duration.between(awaySince.get(), now).dividedBy(PART_OF_AWAY);
    return shorter(doubled, part.compareTo(LEAST_AWAY) > 0 ? part : LEAST_AWAY);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private record Work(
      boolean stop, boolean all, boolean handsOn, Map<Cid, Request.State> some, Set<Cid> spaces) {}

  private Work await() throws InterruptedException {
    turn.lock();
    try {
      long left = ROUND.toNanos();
      boolean fetch = false;
      while (!stopped
          && !due
          && !outgoing
          && !fetch
          && lacking.isEmpty()
          && spaces.isEmpty()
          && left > 0) {
        long most = FIRST_FETCH.toNanos();
        long step = federation.unfinished().isEmpty() ? left : Math.min(left, most);
        left -= step - Math.max(0, woken.awaitNanos(step));
        fetch = fetching || (left > 0 && hasBundlesToAskFor());
      }
      boolean all = due || (lacking.isEmpty() && spaces.isEmpty() && !outgoing && !fetch);
      fetching = false;
      Work work =
          new Work(stopped, all, outgoing, new LinkedHashMap<>(lacking), Set.copyOf(spaces));
      spaces.clear();
      outgoing = false;
      due = false;
      lacking.clear();
      return work;
    } finally {
      turn.unlock();
    }
  }

  private void keepUp(Link link, Work work) throws IOException {
    Connection connection = federation.connect(id, link.addresses());
    learnAddresses(link, connection);
    PeerRemote remote = new PeerRemote(connection, Federation.ANSWER_PATIENCE);
    handOn(remote);
    if (work.all() || work.handsOn() || !work.spaces().isEmpty()) {
      // Not counted: what a node receives is told to whoever asks for its status.
      long unused = federation.spaces().keepUp(id, remote, work.all() ? Set.of() : work.spaces());
    }
    if (!link.policy().follow()) {
      return;
    }
    if (!work.all() && work.some().isEmpty()) {
      fetch(link, connection, remote);
      return;
    }
    Pull pull =
        new Pull(
            federation.holder(),
            remote,
            federation.wanted(link.policy()),
            quota(link.policy()),
            federation.links().cursor(id),
            federation.lane(),
            federation.shares());
    Pull.Outcome outcome =
        work.all()
            ? pull.all()
            : pull.some(
                List.copyOf(work.some().keySet()),
                one -> federation.lack(Optional.ofNullable(work.some().get(one))));
    progress.took(outcome, work.all(), now());
    if (work.all() && outcome.faults().isEmpty()) {
      pull.cursor().ifPresent(cursor -> federation.links().setCursor(id, cursor));
    }
    if (link.policy().bundles()) {
      federation.unfinished().add(outcome.records());
    }
    fetch(link, connection, remote);
    if (!outcome.faults().isEmpty()) {
      throw new SyncException(
          ErrorCode.SYNC_PROTOCOL, "take from `" + id + "`: " + outcome.faults().getFirst(), "");
    }
  }

  private boolean hasBundlesToAskFor() {
    Instant now = federation.clock().instant();
    return federation.links().of(id).filter(link -> link.policy().bundles()).isPresent()
        && connection().isPresent()
        && federation.unfinished().all().stream().anyMatch(record -> mayAsk(record, now));
  }

  private boolean mayAsk(Cid record, Instant now) {
    Again next = again.get(record);
    return next == null || !now.isBefore(next.at());
  }

  /** Bundles of what came now, and what was left of earlier ones. */
  private void fetch(Link link, Connection connection, PeerRemote remote) throws IOException {
    if (!link.policy().bundles()) {
      return;
    }
    if (!fetchedOver.equals(Optional.of(connection))) {
      fetchedOver = Optional.of(connection);
      again.clear();
    }
    Unfinished unfinished = federation.unfinished();
    BlockStore store = federation.holder().store();
    for (Cid record : unfinished.all()) {
      if (!mayAsk(record, federation.clock().instant()) || !unfinished.claim(record)) {
        continue;
      }
      boolean complete = false;
      boolean broken = true;
      try {
        progress.received(
            new BundleFetch(federation.holder(), remote).fetch(List.of(record), store));
        complete = BundleFetch.complete(record, store);
        broken = false;
      } finally {
        unfinished.release(record, complete);
        if (broken) {
          federation.fetchElsewhere();
        }
      }
      if (complete) {
        again.remove(record);
      } else {
        Again before = again.get(record);
        Duration step =
            before == null ? FIRST_FETCH : shorter(before.step().multipliedBy(2), LAST_FETCH);
        again.put(record, new Again(federation.clock().instant().plus(step), step));
      }
    }
    if (unfinished.isEmpty()) {
      again.clear();
    }
  }

  /**
   * One an hour, whatever the link's policy becomes meanwhile; whoever is followed wholly has none.
   */
  private Quota quota(Link.Policy policy) {
    if (policy.authorities().isEmpty()) {
      return Quota.none();
    }
    Quota.Limits limits = federation.holder().quota();
    if (quota.isEmpty() || !quota.get().limits().equals(limits)) {
      quota = Optional.of(new Held(limits, Quota.of(limits, federation.clock())));
    }
    return quota.get().quota();
  }

  private record Held(Quota.Limits limits, Quota quota) {}

  private Optional<Held> quota = Optional.empty();

  /** Hands on what waits: to its home if that is linked, else to everybody, who hand it on. */
  private void handOn(PeerRemote remote) throws IOException {
    HandOn.to(
        id,
        remote,
        federation.holder(),
        Optional.empty(),
        one -> one.home().equals(id) || federation.links().of(one.home()).isEmpty());
  }

  /** A peer that moved says so itself; only addresses of the machine it came from are believed. */
  private void learnAddresses(Link link, Connection connection) {
    Optional<Identified> identified =
        connection.identified().isDone() && !connection.identified().isCompletedExceptionally()
            ? Optional.of(connection.identified().join())
            : Optional.empty();
    String from = ip(connection.remoteAddress());
    List<String> told =
        identified.map(Identified::addresses).orElse(List.of()).stream()
            .filter(address -> ip(address).equals(from))
            .map(Multiaddr::toString)
            .distinct()
            .limit(8)
            .toList();
    if (!told.isEmpty() && !told.equals(link.addresses())) {
      federation.links().put(link.at(told));
    }
  }

  private static String ip(Multiaddr address) {
    String[] parts = address.toString().split("/");
    return parts.length > 2 ? parts[2] : "";
  }

  private Optional<Connection> connection() {
    try {
      return federation.connection(id);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
