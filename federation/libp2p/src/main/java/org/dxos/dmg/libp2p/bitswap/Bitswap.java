package org.dxos.dmg.libp2p.bitswap;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
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
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Uvarint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bitswap on a host: gives blocks out of a source, and fetches blocks in sessions. */
public final class Bitswap implements AutoCloseable {

  static final String V120 = "/ipfs/bitswap/1.2.0";
  private static final String V110 = "/ipfs/bitswap/1.1.0";
  private static final String V100 = "/ipfs/bitswap/1.0.0";
  private static final Logger LOG = LoggerFactory.getLogger(Bitswap.class);

  private final Host host;
  private final BlockSource source;
  private final BitswapLimits limits;
  private final Ledger ledger;
  private final Semaphore workers;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<PeerId, Outgoing> outgoing = new ConcurrentHashMap<>();
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

  /** Begins to serve on {@code host}. */
  public Bitswap(Host host, BlockSource source, BitswapLimits limits) {
    this.host = host;
    this.source = source;
    this.limits = limits;
    this.ledger = new Ledger(limits.wants());
    this.workers = new Semaphore(limits.workers());
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
    while (true) {
      Message message;
      try {
        message = Message.decode(Uvarint.readDelimited(stream.in(), limits.message()));
      } catch (EOFException end) {
        return;
      }
      if (!message.wants().isEmpty() || message.full()) {
        int dropped = ledger.take(peer, message);
        if (dropped > 0) {
          LOG.debug(
              "{} wants of {} were dropped: more than {} at once", dropped, peer, limits.wants());
        }
        run(this::serve);
      }
      if (!message.blocks().isEmpty() || !message.presences().isEmpty()) {
        sessions.forEach(session -> session.heard(peer, message));
      }
    }
  }

  private void run(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException closed) {
      LOG.debug("not begun, bitswap is closed");
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
    List<Message.Block> blocks = new ArrayList<>();
    List<Message.Presence> presences = new ArrayList<>();
    List<Message.Want> served = new ArrayList<>();
    int bytes = 0;
    try {
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
      if (!blocks.isEmpty() || !presences.isEmpty()) {
        send(turn.peer(), new Message(false, List.of(), blocks, presences));
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("{} was not served: {}", turn.peer(), e.toString());
      ledger.forget(turn.peer());
    } finally {
      ledger.done(turn.peer(), served);
    }
  }

  // ---- outgoing ----

  void send(PeerId peer, Message message) throws IOException {
    outgoing.computeIfAbsent(peer, key -> new Outgoing()).send(peer, message.encode());
  }

  void later(Runnable task) {
    run(task);
  }

  long now() {
    return host.nanos();
  }

  void forget(Session session) {
    sessions.remove(session);
  }

  /** The stream that we write to a peer on, opened when it is needed and again when it broke. */
  private final class Outgoing {
    private Optional<Stream> stream = Optional.empty();

    synchronized void send(PeerId peer, byte[] message) throws IOException {
      byte[] framed = Uvarint.delimited(message);
      if (stream.isPresent() && stream.get().connection().ended().isEmpty()) {
        try {
          write(stream.get(), framed);
          return;
        } catch (IOException e) {
          stream.get().reset();
        }
      }
      Stream opened = host.open(peer, V120, V110, V100);
      stream = Optional.of(opened);
      write(opened, framed);
    }

    private void write(Stream to, byte[] framed) throws IOException {
      to.deadline(limits.send());
      to.out().write(framed);
      to.deadline(Duration.ofDays(1));
    }

    void close() {
      stream.ifPresent(Stream::close);
    }
  }
}
