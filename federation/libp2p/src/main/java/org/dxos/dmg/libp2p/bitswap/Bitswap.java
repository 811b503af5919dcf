package org.dxos.dmg.libp2p.bitswap;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Uvarint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bitswap on a host: gives blocks out of a source, and fetches blocks in sessions.
 *
 * <pre>{@code
 * try (Bitswap bitswap = new Bitswap(host, source, BitswapLimits.standard());
 *     Session session = bitswap.session(List.of(peer))) {
 *   byte[] block = session.fetch(cid, Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>Peers take turns, one message each. A want for what is not here is answered if the peer asked
 * for that, and then forgotten: who wants it later asks again. Close it before its host.
 */
public final class Bitswap implements AutoCloseable {

  static final String V120 = "/ipfs/bitswap/1.2.0";
  private static final String V110 = "/ipfs/bitswap/1.1.0";
  private static final String V100 = "/ipfs/bitswap/1.0.0";
  private static final int UNSERVED = 1_024;
  private static final Logger LOG = LoggerFactory.getLogger(Bitswap.class);

  private final Host host;
  private final BlockSource source;
  private final BitswapLimits limits;
  private final Ledger ledger;
  private final Semaphore workers;
  private final Deliveries deliveries;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<PeerId, Outgoing> outgoing = new ConcurrentHashMap<>();
  private final Set<Connection> watched = ConcurrentHashMap.newKeySet();
  private final Map<PeerId, Long> unserved = new ConcurrentHashMap<>();
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

  /** Begins to serve on {@code host}. */
  public Bitswap(Host host, BlockSource source, BitswapLimits limits) {
    this.host = host;
    this.source = source;
    this.limits = limits;
    this.ledger = new Ledger(limits.wants());
    this.workers = new Semaphore(limits.workers());
    this.deliveries = new Deliveries(limits.delivery(), host::nanos);
    host.handle(V120, this::hear);
    host.handle(V110, this::hear);
  }

  /** A session that asks these peers; more than one shares the work. */
  public Session session(List<PeerId> peers) {
    Session session = new Session(this, peers, limits);
    sessions.add(session);
    return session;
  }

  @Override
  public void close() {
    host.unhandle(V120);
    host.unhandle(V110);
    sessions.forEach(Session::close);
    outgoing.values().forEach(Outgoing::close);
    threads.shutdownNow();
  }

  // ---- incoming ----

  private void hear(Stream stream) throws IOException {
    PeerId peer = stream.remote();
    watch(stream.connection());
    try {
      while (true) {
        hear(peer, stream);
      }
    } catch (EOFException end) {
      // In good order.
    }
  }

  private void hear(PeerId peer, Stream stream) throws IOException {
    int length = (int) Math.min(Integer.MAX_VALUE, Uvarint.read(stream.in()));
    if (length > limits.message()) {
      throw new Libp2pException(
          Reason.MALFORMED,
          "bitswap: a message of " + length + " bytes, at most " + limits.message());
    }
    if (!stream.reserve(length)) {
      throw new Libp2pException(
          Reason.RESOURCE_LIMIT, "bitswap: no memory for a message of " + length + " bytes");
    }
    try {
      // Who drips a message holds its memory no longer than who reads one slowly.
      stream.deadline(limits.send());
      byte[] bytes = stream.in().readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("bitswap: ended within a message");
      }
      stream.noDeadline();
      heard(peer, Message.decode(bytes));
    } finally {
      stream.free(length);
    }
  }

  private void heard(PeerId peer, Message message) {
    if ((!message.wants().isEmpty() || message.full()) && !isUnserved(peer)) {
      int dropped = ledger.take(peer, message);
      if (dropped > 0) {
        LOG.debug(
            "{} wants of {} were dropped: more than {} at once", dropped, peer, limits.wants());
      }
      later(this::serve);
    }
    if (!message.blocks().isEmpty() || !message.presences().isEmpty()) {
      sessions.forEach(session -> session.heard(peer, message));
    }
  }

  /** Nothing is kept of a peer that went away. */
  private void watch(Connection connection) {
    if (watched.add(connection)) {
      var unused =
          connection
              .end()
              .thenRun(
                  () -> {
                    watched.remove(connection);
                    PeerId peer = connection.remote();
                    if (host.connection(peer).isEmpty()) {
                      ledger.forget(peer);
                      outgoing.remove(peer);
                      sessions.forEach(session -> session.gone(peer));
                    }
                  });
    }
  }

  private boolean isUnserved(PeerId peer) {
    long now = host.nanos();
    unserved.values().removeIf(until -> until - now <= 0);
    return unserved.containsKey(peer);
  }

  private boolean run(Runnable task) {
    try {
      threads.execute(task);
      return true;
    } catch (RejectedExecutionException closed) {
      return false;
    }
  }

  // ---- serving ----

  private void serve() {
    // Looked at again after each release: who found no worker free left its turn to one of them.
    while (ledger.waiting() && workers.tryAcquire()) {
      try {
        ledger.next(limits.wants()).ifPresent(this::serve);
      } finally {
        workers.release();
      }
    }
  }

  private void serve(Ledger.Turn turn) {
    PeerId peer = turn.peer();
    List<Message.Want> served = new ArrayList<>();
    try {
      Message answer = answer(turn, served);
      if (answer.blocks().isEmpty() && answer.presences().isEmpty()) {
        ledger.done(peer, served);
        return;
      }
      byte[] bytes = Uvarint.delimited(answer.encode());
      Deliveries.Delivery delivery = deliveries.begin(bytes.length);
      // Sent on a thread of its own: a slow reader keeps no worker.
      if (!run(() -> deliver(peer, bytes, delivery, served))) {
        delivery.close();
      }
    } catch (RuntimeException e) {
      LOG.debug("{} was not served: {}", peer, e.toString());
      ledger.forget(peer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Message answer(Ledger.Turn turn, List<Message.Want> served) {
    List<Message.Block> blocks = new ArrayList<>();
    List<Message.Presence> presences = new ArrayList<>();
    int bytes = 0;
    for (Message.Want want : turn.wants()) {
      if (!ledger.still(turn.peer(), want)) {
        continue;
      }
      if (want.haveOnly()) {
        boolean have = source.has(want.cid(), turn.peer());
        if (have || want.sendDontHave()) {
          presences.add(new Message.Presence(want.cid(), have));
        }
      } else {
        Optional<byte[]> block = source.block(want.cid(), turn.peer());
        if (block.isPresent()) {
          if (bytes > 0 && bytes + block.get().length > limits.outstanding()) {
            break; // the rest in this peer's next turn
          }
          blocks.add(new Message.Block(want.cid(), block.get()));
          bytes += block.get().length;
        } else if (want.sendDontHave()) {
          presences.add(new Message.Presence(want.cid(), false));
        }
      }
      served.add(want);
    }
    return new Message(false, List.of(), blocks, presences);
  }

  private void deliver(
      PeerId peer, byte[] message, Deliveries.Delivery delivery, List<Message.Want> served) {
    try (delivery) {
      outgoing(peer).send(message, () -> answering(peer), delivery::write);
      ledger.done(peer, served);
      serve();
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} was not served: {}", peer, e.toString());
      ledger.forget(peer);
      if (host.connection(peer).isEmpty()) {
        outgoing.remove(peer); // made for the answer, after the peer was forgotten
      } else if (unserved.size() < UNSERVED) {
        unserved.put(peer, host.nanos() + limits.send().toNanos());
      }
    }
  }

  /** An answer goes to who is there; nobody is dialled for it. */
  private Stream answering(PeerId peer) throws IOException {
    Connection connection =
        host.connection(peer)
            .orElseThrow(() -> new Libp2pException(Reason.CLOSED, "bitswap: the peer is gone"));
    return connection.open(V120, V110, V100);
  }

  // ---- outgoing ----

  void send(PeerId peer, Message message) throws IOException {
    try {
      outgoing(peer)
          .send(
              Uvarint.delimited(message.encode()),
              () -> host.open(peer, V120, V110, V100),
              (bytes, out, breakOff) -> out.write(bytes));
    } catch (IOException e) {
      if (host.connection(peer).isEmpty()) {
        outgoing.remove(peer);
      }
      throw e;
    }
  }

  private Outgoing outgoing(PeerId peer) {
    return outgoing.computeIfAbsent(peer, key -> new Outgoing());
  }

  void later(Runnable task) {
    if (!run(task)) {
      LOG.debug("not begun, bitswap is closed");
    }
  }

  long now() {
    return host.nanos();
  }

  /** How many wants of that peer are not yet served. */
  int wants(PeerId peer) {
    return ledger.wants(peer);
  }

  /** Peers of whom something is kept for writing to them. */
  int writing() {
    return outgoing.size();
  }

  /** Bytes of messages on their way, over all peers. */
  long delivering() {
    return deliveries.spent();
  }

  void forget(Session session) {
    sessions.remove(session);
  }

  private interface Opening {
    Stream open() throws IOException;
  }

  private interface Writing {
    void write(byte[] bytes, OutputStream out, Runnable breakOff) throws IOException;
  }

  /** The stream that we write to a peer on, opened when it is needed and again when it broke. */
  private final class Outgoing {
    private Optional<Stream> stream = Optional.empty();

    synchronized void send(byte[] framed, Opening opening, Writing writing) throws IOException {
      if (stream.isPresent() && stream.get().connection().ended().isEmpty()) {
        try {
          write(stream.get(), framed, writing);
          return;
        } catch (Libp2pException e) {
          stream.get().reset();
          if (e.reason() == Reason.TIMEOUT) {
            throw e; // it had its time; again would double it
          }
        }
      }
      stream = Optional.empty();
      Stream opened = opening.open();
      watch(opened.connection());
      stream = Optional.of(opened);
      write(opened, framed, writing);
    }

    private void write(Stream to, byte[] framed, Writing writing) throws IOException {
      to.deadline(limits.send());
      writing.write(framed, to.out(), to::reset);
      to.noDeadline();
    }

    void close() {
      stream.ifPresent(Stream::close);
    }
  }
}
