package org.dxos.dmg.libp2p.yamux;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/**
 * Everything that is written. Control frames wait in a bounded queue, so that the reader, which
 * asks for most of them, never blocks; data is written by the streams' threads in turn (a fair
 * lock), which take waiting control frames along first.
 */
final class Output {

  static final int LARGE = 65_507;
  static final int SMALL = 16_384;

  /** Room beside the payload of a small frame: its head, and control frames. */
  private static final int BESIDE = 1_024;

  private static final long MOMENT = 100_000_000L;

  private final OutputStream out;
  private final int controlLimit;
  private final LongSupplier nanos;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final ReentrantLock queueLock = new ReentrantLock();
  private final Condition queued = queueLock.newCondition();
  private final ArrayDeque<Frame> control = new ArrayDeque<>();
  private byte[] buffer = new byte[4_096];
  private boolean closed;
  private volatile boolean running;
  private volatile long writingSince;

  Output(OutputStream out, int controlLimit, LongSupplier nanos) {
    this.out = out;
    this.controlLimit = controlLimit;
    this.nanos = nanos;
  }

  /** Queues a control frame; never blocks. @throws Libp2pException FLOOD if too many wait */
  void control(Frame frame) throws Libp2pException {
    queueLock.lock();
    try {
      if (closed) {
        return;
      }
      if ((control.size() + 1) * Frame.HEAD > controlLimit) {
        throw new Libp2pException(
            Reason.FLOOD,
            "yamux: " + control.size() + " control frames wait, the other end does not read");
      }
      control.add(frame);
      queued.signal();
    } finally {
      queueLock.unlock();
    }
  }

  /** The control writer's life: until closed. */
  void run() throws IOException {
    running = true;
    while (awaitControl()) {
      turn.lock();
      try {
        writeControl();
      } finally {
        turn.unlock();
      }
    }
  }

  private boolean awaitControl() {
    queueLock.lock();
    try {
      while (control.isEmpty() && !closed) {
        queued.awaitUninterruptibly();
      }
      return !control.isEmpty();
    } finally {
      queueLock.unlock();
    }
  }

  /** How much one frame should carry: less when others wait for their turn. */
  int share() {
    return turn.hasQueuedThreads() ? SMALL : LARGE;
  }

  /**
   * Writes one data frame, and before it, in the same write where there is room, what waits; blocks
   * while the other end does not read.
   */
  void data(YamuxStream stream, Frame.Data head, byte[] bytes, int from) throws IOException {
    turn.lock();
    try {
      int whole = Frame.HEAD + head.length();
      int waiting = takeControl();
      // All of it goes first: it may be what opens this stream.
      while (waiting > 0
          && (waiting + Frame.HEAD > buffer.length || waiting + whole > LARGE + Frame.HEAD)) {
        write(waiting);
        waiting = takeControl();
      }
      if (stream.failed()) {
        // Reset while it waited for its turn: nothing may follow the reset.
        if (waiting > 0) {
          write(waiting);
        }
        return;
      }
      int all = waiting + whole;
      if (buffer.length < all) {
        buffer = Arrays.copyOf(buffer, all > SMALL + BESIDE ? LARGE + Frame.HEAD : SMALL + BESIDE);
      }
      Frame.encode(head, buffer, waiting);
      System.arraycopy(bytes, from, buffer, waiting + Frame.HEAD, head.length());
      write(all);
    } finally {
      turn.unlock();
    }
  }

  private void writeControl() throws IOException {
    int length = takeControl();
    while (length > 0) {
      write(length);
      length = takeControl();
    }
  }

  private int takeControl() {
    queueLock.lock();
    try {
      int at = 0;
      while (!control.isEmpty() && at + Frame.HEAD <= buffer.length) {
        Frame.encode(control.remove(), buffer, at);
        at += Frame.HEAD;
      }
      return at;
    } finally {
      queueLock.unlock();
    }
  }

  private void write(int length) throws IOException {
    writingSince = nanos.getAsLong() | 1;
    try {
      out.write(buffer, 0, length);
      out.flush();
    } finally {
      writingSince = 0;
    }
  }

  /** Since when the write now under way blocks, in nanoseconds; 0: none is. */
  long blockedFor() {
    long since = writingSince;
    return since == 0 ? 0 : Math.max(0, nanos.getAsLong() - since);
  }

  /**
   * Ends the queue with {@code last}. Never blocks.
   *
   * @return whether the control writer sends it, after what waits before it; no, where a write is
   *     under way that has not ended for a while
   */
  boolean close(Frame.GoAway last) {
    queueLock.lock();
    try {
      closed = true;
      control.add(last);
      queued.signalAll();
    } finally {
      queueLock.unlock();
    }
    return running && blockedFor() < MOMENT;
  }
}
