package org.dxos.dmg.libp2p.yamux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.BulkInput;
import org.dxos.dmg.libp2p.wire.BulkOutput;
import org.dxos.dmg.libp2p.wire.Duplex;

/**
 * One stream: two directions, each closed by itself. Reads and writes block; one thread a
 * direction. A deadline, once set, ends both with TIMEOUT.
 */
public final class YamuxStream implements Duplex {

  private static final long MAX_CREDIT = 0xffff_ffffL;
  private static final int CHARGE = 4_096;
  private static final String READ = "read";
  private static final String WRITE = "write";

  private final YamuxConnection connection;
  private final int id;
  private final boolean inbound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final Condition writable = lock.newCondition();
  private final Unread unread = new Unread();
  private final ReceiveWindow window;
  private final int firstWindow;
  private int charged;
  private long credit = 262_144;
  private boolean remoteFinished;
  private boolean finished;
  private boolean readClosed;
  private boolean released;
  private long lingerSince;

  /** That the first frame opens the stream, or takes it up; sent with that frame. */
  private int firstFlag;

  private boolean acknowledged;
  private Optional<Libp2pException> failure = Optional.empty();
  private long deadline;
  private boolean hasDeadline;
  private long agreement;
  private boolean agreeing;

  private final InputStream in = new In();
  private final OutputStream out = new Out();

  YamuxStream(YamuxConnection connection, int id, boolean inbound, ReceiveWindow window) {
    this.connection = connection;
    this.id = id;
    this.inbound = inbound;
    this.window = window;
    this.firstWindow = window.window();
    this.firstFlag = inbound ? Frame.ACK : Frame.SYN;
    this.acknowledged = inbound;
  }

  /** Odd where the dialer opened it; unsigned. */
  public int id() {
    return id;
  }

  /** Whether the other end opened it. */
  public boolean inbound() {
    return inbound;
  }

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public OutputStream out() {
    return out;
  }

  /** From now on: after that time every read and write fails with TIMEOUT. */
  public void deadline(Duration fromNow) {
    lock.lock();
    try {
      deadline = connection.now() + fromNow.toNanos();
      hasDeadline = true;
      readable.signalAll();
      writable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** No deadline any more. */
  public void noDeadline() {
    lock.lock();
    try {
      hasDeadline = false;
    } finally {
      lock.unlock();
    }
  }

  /** Until {@link #agreed}, a read fails with TIMEOUT after that time as well. */
  public void agreeing(Duration fromNow) {
    lock.lock();
    try {
      agreement = connection.now() + fromNow.toNanos();
      agreeing = true;
    } finally {
      lock.unlock();
    }
  }

  /** What {@link #agreeing} bounded is over. */
  public void agreed() {
    lock.lock();
    try {
      agreeing = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes the last bytes, and ends this direction with the frame that has them: one frame less
   * than by {@link #closeWrite}. May be called while the other direction is read.
   */
  public void finish(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    if (length == 0) {
      closeWrite();
    } else {
      send(bytes, from, length, true);
      releaseIfOver();
    }
  }

  /** Nothing more will be written; the other direction stays open. */
  public void closeWrite() throws IOException {
    Optional<Libp2pException> flooded;
    lock.lock();
    try {
      if (finished || failure.isPresent()) {
        return;
      }
      finished = true;
      writable.signalAll();
      flooded = connection.control(new Frame.WindowUpdate(Frame.FIN | takeFirst(), id, 0));
    } finally {
      lock.unlock();
    }
    flooded.ifPresent(connection::abort);
    releaseIfOver();
  }

  /** Breaks off both directions at both ends. */
  public void reset() {
    boolean known;
    boolean over;
    lock.lock();
    try {
      known = inbound || firstFlag == 0;
      over = finished && remoteFinished;
    } finally {
      lock.unlock();
    }
    if (fail(new Libp2pException(Reason.CLOSED, "yamux: the stream was reset here"))
        && known
        && !over) {
      connection.controlQuietly(new Frame.WindowUpdate(Frame.RST, id, 0));
    }
  }

  /**
   * Ends both directions in good order: what was written arrives, what still comes is thrown away.
   * An other end that does not end its own direction within half a minute is reset.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!readClosed) {
        readClosed = true;
        lingerSince = connection.now();
        unread.clear();
        charge(0);
        readable.signalAll();
      }
    } finally {
      lock.unlock();
    }
    try {
      closeWrite();
    } catch (IOException e) {
      reset();
    }
  }

  /** Resets a closed stream whose other end does not finish; wakes who waits for a deadline. */
  void tick(long lingerNanos) {
    boolean late;
    lock.lock();
    try {
      late = readClosed && !released && connection.now() - lingerSince > lingerNanos;
      if (hasDeadline || agreeing) {
        readable.signalAll();
        writable.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (late) {
      reset();
    }
  }

  boolean failed() {
    lock.lock();
    try {
      return failure.isPresent();
    } finally {
      lock.unlock();
    }
  }

  // ---- called by the connection's reader: must not block ----

  void acknowledged() {
    lock.lock();
    try {
      if (!acknowledged) {
        acknowledged = true;
        connection.streamAcknowledged();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isAcknowledged() {
    lock.lock();
    try {
      return acknowledged;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Checks a frame's length against the window, before anything is allocated for it.
   *
   * @return false if there is no memory for it; the stream is reset then
   */
  boolean expect(int length) throws Libp2pException {
    boolean fits;
    lock.lock();
    try {
      if (remoteFinished && length > 0) {
        throw new Libp2pException(
            Reason.PROTOCOL_VIOLATION, "yamux: data after the end of stream " + id);
      }
      window.received(length);
      fits = readClosed || failure.isPresent() || charge(unread.size() + length);
    } finally {
      lock.unlock();
    }
    if (!fits) {
      fail(
          new Libp2pException(
              Reason.RESOURCE_LIMIT, "yamux: no memory for what comes on stream " + id));
      connection.controlQuietly(new Frame.WindowUpdate(Frame.RST, id, 0));
    }
    return fits;
  }

  /**
   * Accounts for so many bytes unread, in steps. What a grown window allows was reserved when it
   * grew, so only the first window counts.
   */
  private boolean charge(int bytes) {
    int due = (Math.min(bytes, firstWindow) + CHARGE - 1) / CHARGE * CHARGE;
    if (due > charged) {
      if (!connection.hold(due - charged)) {
        return false;
      }
      charged = due;
    } else if (due < charged / 2 || due == 0 && charged > 0) {
      connection.free(charged - due);
      charged = due;
    }
    return true;
  }

  /**
   * @param last whether nothing follows: known to whoever reads the bytes, so that he breaks
   *     nothing off that has ended
   */
  void arrived(byte[] bytes, boolean last) {
    lock.lock();
    try {
      if (failure.isEmpty() && !readClosed && bytes.length > 0) {
        unread.add(bytes);
        readable.signal();
      }
      remoteFinished |= last;
    } finally {
      lock.unlock();
    }
  }

  void credit(long delta) throws Libp2pException {
    lock.lock();
    try {
      credit += delta;
      if (credit > MAX_CREDIT) {
        throw new Libp2pException(
            Reason.PROTOCOL_VIOLATION, "yamux: window overflow on stream " + id + ": " + credit);
      }
      writable.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void remoteFinished() {
    lock.lock();
    try {
      remoteFinished = true;
      readable.signalAll();
    } finally {
      lock.unlock();
    }
    releaseIfOver();
  }

  /** Ends the stream with a reason; false if it had ended before. */
  boolean fail(Libp2pException why) {
    lock.lock();
    try {
      unread.clear();
      charge(0);
      if (failure.isPresent() || released) {
        return false;
      }
      failure = Optional.of(why);
      readable.signalAll();
      writable.signalAll();
    } finally {
      lock.unlock();
    }
    release();
    return true;
  }

  private void releaseIfOver() {
    boolean over;
    lock.lock();
    try {
      over = remoteFinished && finished && failure.isEmpty();
    } finally {
      lock.unlock();
    }
    if (over) {
      release();
    }
  }

  private void release() {
    int grown;
    lock.lock();
    try {
      if (released) {
        return;
      }
      released = true;
      grown = window.window() - firstWindow;
      if (!acknowledged) {
        acknowledged = true;
        connection.streamAcknowledged();
      }
    } finally {
      lock.unlock();
    }
    connection.forget(this, grown);
  }

  private int takeFirst() {
    int flag = firstFlag;
    firstFlag = 0;
    return flag;
  }

  private void checkDeadline(String what) throws Libp2pException {
    if (hasDeadline && deadline - connection.now() <= 0) {
      throw new Libp2pException(
          Reason.TIMEOUT, "stream " + id + ": the deadline passed in a " + what);
    }
    if (agreeing && what.equals(READ) && agreement - connection.now() <= 0) {
      throw new Libp2pException(
          Reason.TIMEOUT, "stream " + id + ": the other end has not agreed on a protocol");
    }
  }

  private void await(Condition condition, String what) throws IOException {
    checkDeadline(what);
    try {
      long now = connection.now();
      long left = hasDeadline ? deadline - now : Long.MAX_VALUE;
      if (agreeing && what.equals(READ)) {
        left = Math.min(left, agreement - now);
      }
      if (left < Long.MAX_VALUE) {
        long unused = condition.awaitNanos(left);
      } else {
        condition.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Libp2pException(Reason.CLOSED, "stream " + id + ": interrupted in a " + what, e);
    }
  }

  private void checkFailure() throws Libp2pException {
    if (failure.isPresent()) {
      throw failure.get().again();
    }
  }

  private final class In extends BulkInput {
    @Override
    protected int some(byte[] bytes, int from, int length) throws IOException {
      Optional<Libp2pException> flooded = Optional.empty();
      int done;
      lock.lock();
      try {
        checkFailure();
        checkDeadline(READ);
        while (unread.isEmpty()) {
          checkFailure();
          if (remoteFinished) {
            return -1;
          }
          if (readClosed) {
            throw new Libp2pException(Reason.CLOSED, "stream " + id + ": read after it was closed");
          }
          await(readable, READ);
        }
        done = unread.take(bytes, from, length);
        charge(unread.size());
        int more = 0;
        if (!remoteFinished) {
          more = window.read(done, connection.now(), connection.roundTripNanos(), connection::grow);
        }
        if (more > 0) {
          flooded = connection.control(new Frame.WindowUpdate(takeFirst(), id, more));
        }
      } finally {
        lock.unlock();
      }
      flooded.ifPresent(connection::abort);
      return done;
    }

    @Override
    public int available() {
      lock.lock();
      try {
        return unread.size();
      } finally {
        lock.unlock();
      }
    }
  }

  private final class Out extends BulkOutput {
    @Override
    protected void some(byte[] bytes, int from, int length) throws IOException {
      send(bytes, from, length, false);
    }
  }

  private void send(byte[] bytes, int from, int length, boolean last) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      int count;
      int flags;
      lock.lock();
      try {
        checkFailure();
        checkDeadline(WRITE);
        while (credit == 0 && failure.isEmpty() && !finished) {
          await(writable, WRITE);
        }
        checkFailure();
        if (finished) {
          throw new Libp2pException(Reason.CLOSED, "stream " + id + ": written after its end");
        }
        count = (int) Math.min(Math.min(left, connection.share()), credit);
        credit -= count;
        flags = takeFirst();
        if (last && count == left) {
          finished = true;
          flags |= Frame.FIN;
        }
      } finally {
        lock.unlock();
      }
      connection.data(this, new Frame.Data(flags, id, count), bytes, at);
      at += count;
      left -= count;
    }
  }
}
