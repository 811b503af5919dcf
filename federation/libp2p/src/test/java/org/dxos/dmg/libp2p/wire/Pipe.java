package org.dxos.dmg.libp2p.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Two ends in memory, with a bounded buffer each way, so that who does not read blocks who writes.
 */
public final class Pipe {

  private static final int ROOM = 64 * 1_024;

  private final Half there = new Half();
  private final Half back = new Half();

  public Duplex left() {
    return end(back, there);
  }

  public Duplex right() {
    return end(there, back);
  }

  private static Duplex end(Half in, Half out) {
    return new Duplex() {
      @Override
      public InputStream in() {
        return in.in;
      }

      @Override
      public OutputStream out() {
        return out.out;
      }

      @Override
      public void close() {
        in.close();
        out.close();
      }
    };
  }

  private static final class Half {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final byte[] ring = new byte[ROOM];
    private int start;
    private int held;
    private boolean closed;

    final InputStream in =
        new InputStream() {
          @Override
          public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            if (length == 0) {
              return 0;
            }
            lock.lock();
            try {
              while (held == 0) {
                if (closed) {
                  return -1;
                }
                changed.awaitUninterruptibly();
              }
              int count = Math.min(length, Math.min(held, ROOM - start));
              System.arraycopy(ring, start, bytes, from, count);
              start = (start + count) % ROOM;
              held -= count;
              changed.signalAll();
              return count;
            } finally {
              lock.unlock();
            }
          }
        };

    final OutputStream out =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            lock.lock();
            try {
              for (int i = 0; i < length; i++) {
                while (held == ROOM && !closed) {
                  changed.signalAll();
                  changed.awaitUninterruptibly();
                }
                if (closed) {
                  throw new IOException("the pipe is closed");
                }
                ring[(start + held) % ROOM] = bytes[from + i];
                held++;
              }
              changed.signalAll();
            } finally {
              lock.unlock();
            }
          }
        };

    void close() {
      lock.lock();
      try {
        closed = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
