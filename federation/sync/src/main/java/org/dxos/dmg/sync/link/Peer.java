package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Identified;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Pull;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Responder;
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

  private final Federation federation;
  private final String id;
  private final ReentrantLock turn = new ReentrantLock();
  private final Condition woken = turn.newCondition();
  private final Set<Cid> lacking = new LinkedHashSet<>();
  private boolean due = true;
  private boolean outgoing = true;
  private boolean stopped;

  private final CompletableFuture<@Nullable Void> asked = new CompletableFuture<>();
  private volatile Optional<Long> lastEqual = Optional.empty();
  private volatile Optional<String> error = Optional.empty();
  private volatile long received;
  private int failures;
  private int rounds;

  Peer(Federation federation, String id) {
    this.federation = federation;
    this.id = id;
  }

  PeerStatus status(Link link) {
    return new PeerStatus(link, connection().isPresent(), lastEqual, received, error);
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

  /** These authorities do differ. */
  void wake(List<Cid> genesis) {
    turn.lock();
    try {
      lacking.addAll(genesis);
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
      new PeerRemote(connection.get(), Duration.ofSeconds(10)).tell(announce);
      LOG.debug("told {} of {} authorities", id, announce.states().size());
    } catch (IOException e) {
      LOG.debug("tell {}: {}", id, e.getMessage());
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
          error = Optional.empty();
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
    error =
        Optional.of(
            e instanceof Explained explained
                ? explained.message()
                : String.valueOf(e.getMessage()));
    if (!(e instanceof IOException) && !(e instanceof Explained)) {
      LOG.error("keep up with {}", id, e);
    }
    Duration wait =
        FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 10)).compareTo(LAST_RETRY) < 0
            ? FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 10))
            : LAST_RETRY;
    turn.lock();
    try {
      due = true;
      long left = wait.toNanos();
      // Who connects by himself ends the wait: he is there.
      while (!stopped && left > 0 && connection().isEmpty()) {
        left =
            woken.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(200))) > 0
                ? left
                : left - TimeUnit.MILLISECONDS.toNanos(200);
      }
    } finally {
      turn.unlock();
    }
  }

  private record Work(boolean stop, boolean all, List<Cid> some) {}

  private Work await() throws InterruptedException {
    turn.lock();
    try {
      long left = ROUND.toNanos();
      while (!stopped && !due && !outgoing && lacking.isEmpty() && left > 0) {
        left = woken.awaitNanos(left);
      }
      boolean all = due || (lacking.isEmpty() && !outgoing);
      Work work = new Work(stopped, all, new ArrayList<>(lacking));
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
    if (!link.policy().follow() || (!work.all() && work.some().isEmpty())) {
      return;
    }
    Pull pull =
        new Pull(
            federation.holder(),
            remote,
            link.policy().wanted(),
            quota(link.policy()),
            federation.links().cursor(id));
    Pull.Outcome outcome = work.all() ? pull.all() : pull.some(work.some());
    received += outcome.bytes();
    if (work.all()) {
      if (outcome.same()) {
        lastEqual = Optional.of(federation.clock().instant().getEpochSecond());
      }
      if (outcome.faults().isEmpty()) {
        pull.cursor().ifPresent(cursor -> federation.links().setCursor(id, cursor));
      }
    }
    if (link.policy().bundles()) {
      received +=
          new BundleFetch(federation.holder(), remote)
              .fetch(outcome.records(), federation.holder().store());
    }
    if (!outcome.faults().isEmpty()) {
      throw new SyncException(
          ErrorCode.SYNC_PROTOCOL, "take from `" + id + "`: " + outcome.faults().getFirst(), "");
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
    Holder holder = federation.holder();
    for (Holder.Waiting one : holder.waiting()) {
      boolean nearer = one.home().equals(id) || federation.links().of(one.home()).isEmpty();
      if (nearer) {
        holder.answered(
            one.statement(), remote.submit(Responder.statement(one.statement(), holder.store())));
      }
    }
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
