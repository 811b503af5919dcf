package org.dxos.dmg.libp2p.yamux;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Duplex;

/**
 * A connection of many streams. {@link #start} puts the reader and the control writer on the
 * executor; the owner calls {@link #tick} about once a second.
 */
public final class YamuxConnection {

  public static final String PROTOCOL = "/yamux/1.0.0";

  private static final Duration LINGER = Duration.ofSeconds(30);
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final Duplex below;
  private final boolean dialer;
  private final YamuxLimits limits;
  private final LongSupplier nanos;
  private final YamuxEvents events;
  private final Output output;
  private final Map<Integer, YamuxStream> streams = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final AtomicInteger inbound = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final CountDownLatch shut = new CountDownLatch(1);
  private volatile long endedAt;
  private final CompletableFuture<Libp2pException> end = new CompletableFuture<>();
  private final Rate refusals;
  private final Rate resets;
  private final Rate pings;
  private int unacknowledged;
  private int nextId;
  private int lastRemoteId;
  private boolean remoteGoingAway;
  private boolean goingAway;
  private volatile long roundTrip;
  private volatile long pingSent;
  private volatile boolean pingOpen;
  private volatile long heard;
  private int pingValue;

  public YamuxConnection(
      Duplex below, boolean dialer, YamuxLimits limits, LongSupplier nanos, YamuxEvents events) {
    this.below = below;
    this.dialer = dialer;
    this.limits = limits;
    this.nanos = nanos;
    this.events = events;
    this.output = new Output(below.out(), limits.controlBytes(), nanos);
    this.nextId = dialer ? 1 : 2;
    long now = nanos.getAsLong();
    this.refusals = new Rate(limits.offencesPerSecond(), limits.offenceBurst(), now);
    this.resets = new Rate(limits.offencesPerSecond(), limits.offenceBurst(), now);
    this.pings = new Rate(limits.pingsPerSecond(), 3.0 * limits.pingsPerSecond(), now);
    this.pingSent = now;
    this.heard = now;
  }

  /** Begins to read and write, with a first measure of the round trip. */
  public void start(Executor threads) {
    threads.execute(() -> until(this::readAll));
    threads.execute(
        () -> {
          try {
            until(output::run);
          } finally {
            shut();
          }
        });
    ping();
  }

  private interface Life {
    void run() throws IOException;
  }

  private void until(Life life) {
    try {
      life.run();
    } catch (Libp2pException e) {
      abort(e);
    } catch (EOFException e) {
      abort(new Libp2pException(Reason.REMOTE_CLOSED, "the other end closed the connection", e));
    } catch (IOException e) {
      abort(
          new Libp2pException(Reason.REMOTE_CLOSED, "the connection broke: " + e.getMessage(), e));
    } catch (RuntimeException e) {
      abort(new Libp2pException(Reason.CLOSED, "the connection broke on a fault of ours: " + e, e));
    }
  }

  /**
   * Opens a stream; the other end learns of it with the first bytes written. Waits while too many
   * are not yet taken up.
   *
   * @throws Libp2pException CLOSED, REMOTE_CLOSED, TIMEOUT
   */
  public YamuxStream open(Duration patience) throws Libp2pException {
    YamuxStream stream = begin(now() + patience.toNanos());
    if (ended.get()) {
      // Whoever ended the connection meanwhile may have missed it. Not under the lock: a stream's
      // is always taken first.
      stream.fail(new Libp2pException(Reason.CLOSED, "the connection is closed"));
    }
    return stream;
  }

  private YamuxStream begin(long until) throws Libp2pException {
    lock.lock();
    try {
      while (true) {
        if (ended.get() || remoteGoingAway || goingAway) {
          throw new Libp2pException(
              Reason.REMOTE_CLOSED, "no new streams: the connection is closing");
        }
        if (unacknowledged < limits.outboundUnacknowledged()) {
          break;
        }
        long left = until - now();
        if (left <= 0) {
          throw new Libp2pException(
              Reason.TIMEOUT, unacknowledged + " streams are not yet taken up by the other end");
        }
        changed.awaitNanos(left);
      }
      unacknowledged++;
      int id = nextId;
      nextId += 2;
      YamuxStream stream = new YamuxStream(this, id, false, newWindow());
      streams.put(id, stream);
      return stream;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Libp2pException(Reason.CLOSED, "interrupted while opening a stream", e);
    } finally {
      lock.unlock();
    }
  }

  /** The last measured round trip; zero before the first. */
  public Duration roundTrip() {
    return Duration.ofNanos(roundTrip);
  }

  /** Streams open now, of either end. */
  public int openStreams() {
    return streams.size();
  }

  /** Completes with the reason once the connection is over. */
  public CompletableFuture<Libp2pException> end() {
    return end.copy();
  }

  /** The reason, once the connection is over. */
  public Optional<Libp2pException> ended() {
    return Optional.ofNullable(end.getNow(null));
  }

  /** For how long nothing has come. */
  public Duration silence() {
    return Duration.ofNanos(now() - heard);
  }

  /** Keeps alive and watches for a peer that does not read or answer. Call about once a second. */
  public void tick() {
    long stall = limits.stall().toNanos();
    if (output.blockedFor() > stall) {
      abort(new Libp2pException(Reason.STALLED, "the other end does not read: a write stalled"));
    } else if (pingOpen && now() - pingSent > stall) {
      abort(new Libp2pException(Reason.STALLED, "the other end does not answer a ping"));
    } else if (!pingOpen && now() - pingSent > limits.keepAlive().toNanos()) {
      ping();
    }
    streams.values().forEach(stream -> stream.tick(LINGER.toNanos()));
    signalChange(); // who waits for a time looks at the clock again
  }

  private void ping() {
    pingSent = now();
    pingOpen = true;
    controlQuietly(new Frame.Ping(false, ++pingValue));
  }

  /** No new streams from now on; what runs may end. The other end is told. */
  public void goAway() {
    lock.lock();
    try {
      if (goingAway) {
        return;
      }
      goingAway = true;
    } finally {
      lock.unlock();
    }
    controlQuietly(new Frame.GoAway(0));
  }

  /** Waits until no stream is open. False if the time passed first. */
  public boolean awaitIdle(Duration patience) {
    long until = now() + patience.toNanos();
    lock.lock();
    try {
      while (!streams.isEmpty() && !ended.get()) {
        long left = until - now();
        if (left <= 0) {
          return false;
        }
        changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the connection at once, with its streams, and tells the other end why if it can. */
  public void abort(Libp2pException why) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    int code =
        switch (why.reason()) {
          case PROTOCOL_VIOLATION, WINDOW_VIOLATION, MALFORMED, FLOOD -> 1;
          default -> 0;
        };
    endedAt = now();
    // The last frame may find no room, and neither the reader nor the owner's clock may wait for
    // it.
    if (!output.close(new Frame.GoAway(code))) {
      shut();
    }
    List<YamuxStream> open = new ArrayList<>(streams.values());
    open.forEach(stream -> stream.fail(why));
    signalChange();
    events.closed(why);
    end.complete(why);
  }

  /**
   * For a connection that ended: breaks it off once its last frame found no room for a second.
   *
   * @return true once nothing is left of it
   */
  public boolean reap() {
    if (shut.getCount() > 0 && now() - endedAt > FAREWELL.toNanos()) {
      shut();
    }
    return shut.getCount() == 0;
  }

  /** Waits until the connection below is closed, which follows the end within a second. */
  public void awaitShut(Duration patience) {
    try {
      if (!shut.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        shut();
      }
    } catch (InterruptedException e) {
      shut();
      Thread.currentThread().interrupt();
    }
  }

  private void shut() {
    below.close();
    shut.countDown();
  }

  // ---- the reader: must not block on a write ----

  private void readAll() throws IOException {
    InputStream in = below.in();
    byte[] head = new byte[Frame.HEAD];
    while (!ended.get()) {
      if (in.readNBytes(head, 0, Frame.HEAD) < Frame.HEAD) {
        throw new EOFException("yamux: the end");
      }
      heard = now();
      switch (Frame.decode(head)) {
        case Frame.Data data -> data(data, in);
        case Frame.WindowUpdate update -> update(update);
        case Frame.Ping ping -> ping(ping);
        case Frame.GoAway away -> away(away);
      }
    }
  }

  private void data(Frame.Data frame, InputStream in) throws IOException {
    Optional<YamuxStream> stream = flagged(frame.stream(), frame.flags());
    if (stream.isEmpty()) {
      // Late for a stream that is closed: normal, as long as a window could have allowed it.
      if (frame.length() > limits.greatestWindow()) {
        throw new Libp2pException(
            Reason.WINDOW_VIOLATION, "yamux: " + frame.length() + " bytes for a closed stream");
      }
      in.skipNBytes(frame.length());
      return;
    }
    if (!stream.get().expect(frame.length())) {
      in.skipNBytes(frame.length());
      return;
    }
    byte[] bytes = in.readNBytes(frame.length());
    if (bytes.length < frame.length()) {
      throw new EOFException("yamux: ended within a frame");
    }
    stream.get().arrived(bytes, (frame.flags() & Frame.FIN) != 0);
    finishing(stream.get(), frame.flags());
  }

  private void update(Frame.WindowUpdate frame) throws IOException {
    Optional<YamuxStream> stream = flagged(frame.stream(), frame.flags());
    if (stream.isPresent()) {
      stream.get().credit(frame.delta());
      finishing(stream.get(), frame.flags());
    }
  }

  private void finishing(YamuxStream stream, int flags) throws Libp2pException {
    if ((flags & Frame.FIN) != 0) {
      stream.remoteFinished();
    }
    if ((flags & Frame.RST) != 0) {
      if (stream.inbound() && !resets.take(now())) {
        throw new Libp2pException(Reason.FLOOD, "yamux: streams are opened and reset too fast");
      }
      stream.fail(new Libp2pException(Reason.RESET, "the other end reset stream " + stream.id()));
    }
  }

  private Optional<YamuxStream> flagged(int id, int flags) throws Libp2pException {
    if ((flags & Frame.SYN) != 0) {
      return accept(id);
    }
    Optional<YamuxStream> stream = Optional.ofNullable(streams.get(id));
    // A stream that was given up before its first byte went out may still be reset.
    if (stream.isEmpty() && (flags & Frame.RST) == 0 && isFuture(id)) {
      throw new Libp2pException(
          Reason.PROTOCOL_VIOLATION,
          "yamux: a frame for stream " + Integer.toUnsignedString(id) + ", which was never opened");
    }
    if (stream.isPresent() && (flags & Frame.ACK) != 0) {
      stream.get().acknowledged();
    }
    return stream;
  }

  private boolean isFuture(int id) {
    boolean ours = (id & 1) == (dialer ? 1 : 0);
    lock.lock();
    try {
      return Integer.compareUnsigned(id, ours ? nextId - 1 : lastRemoteId) > 0;
    } finally {
      lock.unlock();
    }
  }

  private Optional<YamuxStream> accept(int id) throws Libp2pException {
    if ((id & 1) == (dialer ? 1 : 0)) {
      throw new Libp2pException(
          Reason.PROTOCOL_VIOLATION, "yamux: stream " + id + " has the wrong parity");
    }
    // Streams may open out of order by a little; an id in use is never opened again.
    if (streams.containsKey(id)) {
      throw new Libp2pException(
          Reason.PROTOCOL_VIOLATION, "yamux: stream " + id + " was opened twice");
    }
    boolean closing;
    lock.lock();
    try {
      if (Integer.compareUnsigned(id, lastRemoteId) > 0) {
        lastRemoteId = id;
      }
      closing = goingAway;
    } finally {
      lock.unlock();
    }
    if (closing || inbound.get() >= limits.inboundStreams() || !events.admit()) {
      if (!refusals.take(now())) {
        throw new Libp2pException(
            Reason.FLOOD,
            "yamux: more than " + limits.inboundStreams() + " streams at once, again and again");
      }
      output.control(new Frame.WindowUpdate(Frame.RST, id, 0));
      return Optional.empty();
    }
    inbound.incrementAndGet();
    YamuxStream stream = new YamuxStream(this, id, true, newWindow());
    streams.put(id, stream);
    if (ended.get()) {
      // Whoever ended the connection meanwhile may have missed it.
      stream.fail(new Libp2pException(Reason.CLOSED, "the connection is closed"));
      return Optional.empty();
    }
    // It is taken up with the first frame that goes back: whoever serves it sends one soon.
    events.opened(stream);
    return Optional.of(stream);
  }

  private void ping(Frame.Ping frame) throws Libp2pException {
    if (frame.answer()) {
      if (pingOpen && frame.value() == pingValue) {
        roundTrip = Math.max(1, now() - pingSent);
        pingOpen = false;
      }
      return;
    }
    if (!pings.take(now())) {
      throw new Libp2pException(
          Reason.FLOOD, "yamux: more than " + limits.pingsPerSecond() + " pings a second");
    }
    output.control(new Frame.Ping(true, frame.value()));
  }

  private void away(Frame.GoAway frame) throws Libp2pException {
    if (frame.code() != 0) {
      throw new Libp2pException(
          Reason.REMOTE_CLOSED, "the other end went away with code " + frame.code());
    }
    lock.lock();
    try {
      remoteGoingAway = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // ---- called by streams ----

  long now() {
    return nanos.getAsLong();
  }

  long roundTripNanos() {
    return roundTrip;
  }

  boolean grow(int bytes) {
    return events.grow(bytes);
  }

  boolean hold(int bytes) {
    return events.hold(bytes);
  }

  void free(int bytes) {
    events.release(bytes);
  }

  int share() {
    return output.share();
  }

  void data(YamuxStream stream, Frame.Data head, byte[] bytes, int from) throws IOException {
    try {
      output.data(stream, head, bytes, from);
    } catch (Libp2pException e) {
      throw e;
    } catch (IOException e) {
      Libp2pException why =
          new Libp2pException(Reason.REMOTE_CLOSED, "the connection broke: " + e.getMessage(), e);
      abort(why);
      throw ended().orElse(why).again();
    }
  }

  /**
   * Queues a frame for a stream that holds its lock.
   *
   * @return why the connection has to be aborted, once the lock is given back
   */
  Optional<Libp2pException> control(Frame frame) {
    try {
      output.control(frame);
      return Optional.empty();
    } catch (Libp2pException e) {
      return Optional.of(e);
    }
  }

  void controlQuietly(Frame frame) {
    try {
      output.control(frame);
    } catch (Libp2pException e) {
      abort(e);
    }
  }

  void streamAcknowledged() {
    lock.lock();
    try {
      unacknowledged--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void forget(YamuxStream stream, int grown) {
    streams.remove(stream.id());
    if (stream.inbound()) {
      inbound.decrementAndGet();
    }
    if (grown > 0) {
      events.release(grown);
    }
    events.ended(stream);
    signalChange();
  }

  private void signalChange() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private ReceiveWindow newWindow() {
    return new ReceiveWindow(limits.window(), limits.greatestWindow(), now());
  }
}
