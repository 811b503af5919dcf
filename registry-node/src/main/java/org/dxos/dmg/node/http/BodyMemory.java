package org.dxos.dmg.node.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.dxos.dmg.error.ErrorCode;

/**
 * Memory for bodies that are held whole until they are answered. However many send at a time, a
 * node holds no more than its share of the heap: who does not fit in waits.
 *
 * <p>A body takes memory as its bytes come, so that one that comes slowly keeps little from others.
 * It says before how much it may become, and takes more only if all that are coming could still
 * become what they said, one after the other (Dijkstra's banker): they never wait for each other in
 * a ring.
 *
 * <p>Safe for many threads.
 */
final class BodyMemory {

  /** Taken at a time, so that this is not asked for each read. */
  private static final long STEP_BYTES = 64L << 10;

  private final long all;
  private final long waitMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();

  /** Guarded by the lock, as is what they have. */
  private final List<Share> shares = new ArrayList<>();

  /**
   * @param bytes for all bodies together; one alone may have more
   * @param waitMillis how long a body waits for its place
   */
  BodyMemory(long bytes, long waitMillis) {
    this.all = Math.max(1, bytes);
    this.waitMillis = waitMillis;
  }

  /** A quarter of the heap, and 20 s. */
  static BodyMemory usual() {
    return new BodyMemory(Runtime.getRuntime().maxMemory() / 4, 20_000);
  }

  /**
   * Memory for one body, none of which is taken yet. It is given back by closing.
   *
   * @param bytes of the body; negative if it does not say
   */
  Share share(long bytes) {
    Share share = new Share(bytes < 0 ? all : Math.min(all, bytes));
    lock.lock();
    try {
      shares.add(share);
    } finally {
      lock.unlock();
    }
    return share;
  }

  /** What one body has, and may have. Used by one thread. */
  final class Share implements AutoCloseable {
    private final long most;
    private long has;
    private long came;

    private Share(long most) {
      this.most = most;
    }

    /** A body whose bytes are counted as they are read, and read no faster than there is room. */
    InputStream counting(InputStream body) {
      return new FilterInputStream(body) {
        @Override
        public int read() throws IOException {
          int one = in.read();
          took(one < 0 ? 0 : 1);
          return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
          int read = in.read(into, offset, length);
          took(Math.max(0, read));
          return read;
        }
      };
    }

    /**
     * Counts bytes that came.
     *
     * @throws NodeException with {@link ErrorCode#BUSY} if there is no room in time
     */
    void took(long bytes) {
      came += bytes;
      if (came <= has || has == most) {
        return; // one that is larger than all there is has all there is
      }
      long wanted = Math.min(most, Math.max(came, has + STEP_BYTES));
      lock.lock();
      try {
        long nanos = TimeUnit.MILLISECONDS.toNanos(waitMillis);
        while (!take(wanted)) {
          if (nanos <= 0) {
            throw busy(most);
          }
          nanos = freed.awaitNanos(nanos);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw busy(most);
      } finally {
        lock.unlock();
      }
    }

    private boolean take(long wanted) {
      long before = has;
      has = wanted;
      if (!everyoneCanEnd()) {
        has = before;
        return false;
      }
      return true;
    }

    private long lacks() {
      return most - has;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        shares.remove(this);
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** True if there is an order in which each gets what it lacks from what those before it had. */
  private boolean everyoneCanEnd() {
    long free = all - shares.stream().mapToLong(one -> one.has).sum();
    if (free < 0) {
      return false;
    }
    for (Share one : shares.stream().sorted(Comparator.comparingLong(Share::lacks)).toList()) {
      if (one.lacks() > free) {
        return false;
      }
      free += one.has;
    }
    return true;
  }

  private static NodeException busy(long bytes) {
    return new NodeException(
        ErrorCode.BUSY,
        "take a body of up to "
            + bytes
            + " bytes: others are being taken, and memory for it did not come free",
        "try again in a moment");
  }
}
