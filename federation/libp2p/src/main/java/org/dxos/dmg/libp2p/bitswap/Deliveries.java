package org.dxos.dmg.libp2p.bitswap;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Messages on their way, over all peers, within a budget of bytes. Where the budget is spent, the
 * message that moves least gives way, so that readers who stopped reading keep nobody waiting.
 */
final class Deliveries {

  private static final int STEP = 65_507;
  private static final long STOPPED = 1_000_000_000L;
  private static final long LOOK_AGAIN = 100_000_000L;

  /** One message; {@code stop} breaks off its writing. */
  final class Delivery implements AutoCloseable {
    private final int bytes;
    private volatile long moved;
    private volatile Runnable stop = () -> {};
    private volatile boolean stopped;

    private Delivery(int bytes) {
      this.bytes = bytes;
      this.moved = nanos.getAsLong();
    }

    void write(byte[] message, OutputStream out, Runnable breakOff) throws IOException {
      stop = breakOff;
      for (int at = 0; at < message.length; at += STEP) {
        if (stopped) {
          throw new IOException("gave way to others");
        }
        out.write(message, at, Math.min(STEP, message.length - at));
        moved = nanos.getAsLong();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (all.remove(this)) {
          spent -= bytes;
          freed.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final Set<Delivery> all = new LinkedHashSet<>();
  private final long budget;
  private final LongSupplier nanos;
  private long spent;

  Deliveries(long budget, LongSupplier nanos) {
    this.budget = budget;
    this.nanos = nanos;
  }

  /** Waits for room; a message alone always finds it. */
  Delivery begin(int bytes) throws InterruptedException {
    lock.lock();
    try {
      while (spent > 0 && spent + bytes > budget) {
        all.stream()
            .filter(one -> !one.stopped && nanos.getAsLong() - one.moved > STOPPED)
            .min(Comparator.comparingLong(one -> one.moved - nanos.getAsLong()))
            .ifPresent(this::breakOff);
        long unused = freed.awaitNanos(LOOK_AGAIN);
      }
      Delivery delivery = new Delivery(bytes);
      all.add(delivery);
      spent += bytes;
      return delivery;
    } finally {
      lock.unlock();
    }
  }

  private void breakOff(Delivery delivery) {
    delivery.stopped = true;
    delivery.stop.run();
  }

  /** How many bytes are on their way. */
  long spent() {
    lock.lock();
    try {
      return spent;
    } finally {
      lock.unlock();
    }
  }
}
