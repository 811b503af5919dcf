package org.dxos.dmg.node.http;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.error.ErrorCode;

/**
 * Memory for bodies that are held whole until they are answered. However many send at a time, a
 * node holds no more than its share of the heap: who does not fit in waits, in order.
 *
 * <p>Safe for many threads.
 */
final class BodyMemory {

  private static final int UNIT = 1024;

  private final int units;
  private final long waitMillis;
  private final Semaphore free;

  /**
   * @param bytes for all bodies together; one alone may have more
   * @param waitMillis how long a body waits for its place
   */
  BodyMemory(long bytes, long waitMillis) {
    this.units = Math.toIntExact(Math.max(1, bytes / UNIT));
    this.waitMillis = waitMillis;
    this.free = new Semaphore(units, true);
  }

  /** A quarter of the heap, and 20 s. */
  static BodyMemory usual() {
    return new BodyMemory(Math.min(1L << 40, Runtime.getRuntime().maxMemory() / 4), 20_000);
  }

  interface Work {
    void run() throws IOException;
  }

  /**
   * Does some work that holds a body.
   *
   * @param bytes of the body; negative if it does not say, which takes all there is
   * @throws NodeException with {@link ErrorCode#BUSY} if there is no room in time
   */
  void holding(long bytes, Work work) throws IOException {
    int taken =
        bytes < 0 ? units : (int) Math.min(units, Math.max(1, Math.ceilDiv(bytes, (long) UNIT)));
    try {
      if (!free.tryAcquire(taken, waitMillis, TimeUnit.MILLISECONDS)) {
        throw busy(bytes);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy(bytes);
    }
    try {
      work.run();
    } finally {
      free.release(taken);
    }
  }

  private static NodeException busy(long bytes) {
    return new NodeException(
        ErrorCode.BUSY,
        "take a body"
            + (bytes < 0 ? "" : " of " + bytes + " bytes")
            + ": others are being taken, and memory for it did not come free",
        "try again in a moment");
  }
}
