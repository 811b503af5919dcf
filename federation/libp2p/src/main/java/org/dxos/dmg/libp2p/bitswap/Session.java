package org.dxos.dmg.libp2p.bitswap;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.peer.PeerId;

/**
 * Questions for blocks that belong together, made by {@link Bitswap#session} and safe for many
 * threads. They are put to a set of peers. Each block is asked of one peer in turn, the others only
 * whether they have it; who has it or is silent decides who is asked next.
 */
public final class Session implements AutoCloseable {

  private static final int AT_ONCE = 64;

  private final Bitswap bitswap;
  private final List<PeerId> peers;
  private final BitswapLimits limits;
  private final Map<Cid, Question> questions = new ConcurrentHashMap<>();
  private final AtomicInteger turn = new AtomicInteger();

  Session(Bitswap bitswap, List<PeerId> peers, BitswapLimits limits) {
    if (peers.isEmpty()) {
      throw new IllegalArgumentException("session: no peers to ask");
    }
    this.bitswap = bitswap;
    this.peers = List.copyOf(peers);
    this.limits = limits;
  }

  private final class Question {
    final Cid cid;
    final CompletableFuture<byte[]> answer = new CompletableFuture<>();
    private final Set<PeerId> without = new HashSet<>();
    private final Set<PeerId> having = new LinkedHashSet<>();
    private final Set<PeerId> asked = new HashSet<>();

    Question(Cid cid) {
      this.cid = cid;
    }

    synchronized void have(PeerId peer, boolean has) {
      if (has) {
        having.add(peer);
        without.remove(peer);
      } else {
        without.add(peer);
        having.remove(peer);
      }
    }

    /** Silence may end by asking once more. */
    synchronized void again() {
      if (asked.containsAll(peers) || asked.size() + without.size() >= peers.size()) {
        asked.clear();
      }
    }

    synchronized boolean nobodyHasIt() {
      return without.containsAll(peers);
    }

    /** Whom to ask next for the block itself: one who said yes, else one who has not said no. */
    synchronized Optional<PeerId> next() {
      for (PeerId peer : having) {
        if (asked.add(peer)) {
          return Optional.of(peer);
        }
      }
      int from = Math.floorMod(turn.getAndIncrement(), peers.size());
      for (int i = 0; i < peers.size(); i++) {
        PeerId peer = peers.get((from + i) % peers.size());
        if (!without.contains(peer) && asked.add(peer)) {
          return Optional.of(peer);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Fetches one block, verified. Who asks for the same at the same time shares the question.
   *
   * @throws Libp2pException NOT_FOUND once every peer said that it has it not, or is gone; TIMEOUT;
   *     CLOSED
   */
  public byte[] fetch(Cid cid, Duration patience) throws IOException {
    Question mine = new Question(cid);
    Question running = questions.putIfAbsent(cid, mine);
    Question question = running == null ? mine : running;
    try {
      if (running == null) {
        ask(question);
      }
      return await(question, bitswap.now() + patience.toNanos());
    } finally {
      if (running == null) {
        questions.remove(cid);
        cancel(question);
      }
    }
  }

  /**
   * Fetches some blocks, 64 at a time, each verified; in the order asked for. All of them are in
   * memory together: of a large file fetch a part, use it, and go on.
   *
   * @param patience for all of them
   * @throws Libp2pException of the first that cannot be had, as {@link #fetch}; the others are
   *     given up then
   */
  public Map<Cid, byte[]> fetchAll(Collection<Cid> cids, Duration patience) throws IOException {
    long until = bitswap.now() + patience.toNanos();
    Map<Cid, Future<byte[]>> asked = new LinkedHashMap<>();
    Semaphore room = new Semaphore(AT_ONCE);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (Cid cid : cids) {
        asked.computeIfAbsent(cid, key -> threads.submit(() -> fetch(key, until, room)));
      }
      Map<Cid, byte[]> got = new LinkedHashMap<>();
      for (Map.Entry<Cid, Future<byte[]>> one : asked.entrySet()) {
        got.put(one.getKey(), one.getValue().get());
      }
      return got;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Libp2pException why ? why.again() : new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Libp2pException(Reason.CLOSED, "bitswap: interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private byte[] fetch(Cid cid, long until, Semaphore room)
      throws IOException, InterruptedException {
    room.acquire();
    try {
      return fetch(cid, Duration.ofNanos(Math.max(0, until - bitswap.now())));
    } finally {
      room.release();
    }
  }

  private void ask(Question question) {
    Optional<PeerId> first = question.next();
    for (PeerId peer : peers) {
      boolean haveOnly = first.isPresent() && !first.get().equals(peer);
      bitswap.later(() -> tell(question, peer, haveOnly));
    }
  }

  private void askNext(Question question) {
    question.next().ifPresent(peer -> bitswap.later(() -> tell(question, peer, false)));
  }

  private void tell(Question question, PeerId peer, boolean haveOnly) {
    if (question.answer.isDone()) {
      return;
    }
    try {
      bitswap.send(
          peer, Message.asking(List.of(new Message.Want(question.cid, 1, false, haveOnly, true))));
    } catch (IOException e) {
      missing(question, peer, "cannot be asked: " + e.getMessage());
    }
  }

  private byte[] await(Question question, long until) throws IOException {
    while (true) {
      long left = until - bitswap.now();
      try {
        return question.answer.get(
            Math.max(0, Math.min(left, limits.retry().toNanos())), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (left <= limits.retry().toNanos()) {
          throw new Libp2pException(
              Reason.TIMEOUT, "bitswap: no answer for `" + question.cid + "` in time", e);
        }
        question.again();
        askNext(question);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Libp2pException why
            ? why.again()
            : new IOException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Libp2pException(Reason.CLOSED, "bitswap: interrupted", e);
      }
    }
  }

  private void cancel(Question question) {
    for (PeerId peer : peers) {
      if (!question.answer.isDone() || peers.size() > 1) {
        bitswap.later(
            () -> {
              try {
                bitswap.send(
                    peer,
                    Message.asking(List.of(new Message.Want(question.cid, 1, true, false, false))));
              } catch (IOException gone) {
                // It needs no cancelling then.
              }
            });
      }
    }
  }

  /** Called with what any peer sent; only what was asked of a peer of this session counts. */
  void heard(PeerId peer, Message message) {
    if (!peers.contains(peer)) {
      return;
    }
    // A block's id was computed from its bytes, so one that does not verify answers no question.
    for (Message.Block block : message.blocks()) {
      Question question = questions.get(block.cid());
      if (question != null) {
        question.answer.complete(block.data());
      }
    }
    for (Message.Presence presence : message.presences()) {
      Question question = questions.get(presence.cid());
      if (question == null) {
        continue;
      }
      if (presence.have()) {
        question.have(peer, true);
      } else {
        missing(question, peer, "has it not");
      }
    }
  }

  /** A peer went away: what it was asked is asked of others at once. */
  void gone(PeerId peer) {
    if (peers.contains(peer)) {
      questions.values().forEach(question -> missing(question, peer, "went away"));
    }
  }

  private void missing(Question question, PeerId peer, String why) {
    question.have(peer, false);
    if (question.nobodyHasIt()) {
      question.answer.completeExceptionally(
          new Libp2pException(
              Reason.NOT_FOUND,
              "bitswap: none of "
                  + peers.size()
                  + " peers has `"
                  + question.cid
                  + "`; the last, "
                  + peer
                  + ", "
                  + why));
    } else {
      askNext(question);
    }
  }

  @Override
  public void close() {
    bitswap.forget(this);
    questions
        .values()
        .forEach(
            question ->
                question.answer.completeExceptionally(
                    new Libp2pException(Reason.CLOSED, "bitswap: the session is closed")));
  }
}
