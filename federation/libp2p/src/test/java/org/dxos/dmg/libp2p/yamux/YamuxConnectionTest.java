package org.dxos.dmg.libp2p.yamux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.junit.jupiter.api.Test;

class YamuxConnectionTest {

  private static final YamuxEvents NO_EVENTS =
      new YamuxEvents() {
        @Override
        public boolean admit() {
          return true;
        }

        @Override
        public void opened(YamuxStream stream) {}

        @Override
        public void ended(YamuxStream stream) {}

        @Override
        public boolean grow(int bytes) {
          return true;
        }

        @Override
        public boolean hold(int bytes) {
          return true;
        }

        @Override
        public void release(int bytes) {}

        @Override
        public void closed(Libp2pException why) {}
      };

  /** Takes one write, the first ping, and blocks in the next until it is closed. */
  private static final class Full implements Duplex {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch pinged = new CountDownLatch(1);
    private final CountDownLatch blocked = new CountDownLatch(1);
    private final AtomicInteger writes = new AtomicInteger();

    @Override
    public InputStream in() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          await(closed);
          return -1;
        }
      };
    }

    @Override
    public OutputStream out() {
      return new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          if (writes.getAndIncrement() == 0) {
            pinged.countDown();
            return;
          }
          blocked.countDown();
          await(closed);
          throw new IOException("closed");
        }
      };
    }

    private static void await(CountDownLatch latch) throws IOException {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @Test
  void nobodyWaitsForTheLastWordsOfAConnectionWhoseOtherEndTakesNothing() throws Exception {
    AtomicLong clock = new AtomicLong(1);
    Full full = new Full();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      YamuxConnection connection =
          new YamuxConnection(full, true, YamuxLimits.standard(), clock::get, NO_EVENTS);
      connection.start(threads);
      assertTrue(full.pinged.await(5, TimeUnit.SECONDS));
      CountDownLatch returned = new CountDownLatch(1);
      threads.execute(
          () -> {
            connection.abort(new Libp2pException(Reason.PROTOCOL_VIOLATION, "so it goes"));
            returned.countDown();
          });
      assertTrue(returned.await(5, TimeUnit.SECONDS), "the end waits for the other end");
      assertEquals(Reason.PROTOCOL_VIOLATION, connection.ended().orElseThrow().reason());
      assertTrue(full.blocked.await(5, TimeUnit.SECONDS));
      assertFalse(connection.reap());
      clock.addAndGet(Duration.ofSeconds(2).toNanos());
      assertTrue(connection.reap(), "the socket is still open after two seconds");
      assertTrue(full.closed.await(5, TimeUnit.SECONDS));
    }
  }

  /** Takes everything, and nothing ever comes back. */
  private static class Mute implements Duplex {
    private final CountDownLatch closed = new CountDownLatch(1);

    boolean isClosed() {
      return closed.getCount() == 0;
    }

    @Override
    public InputStream in() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          Full.await(closed);
          return -1;
        }
      };
    }

    @Override
    public OutputStream out() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  /** Often, as only one end in some hundreds meets an opening half way. */
  @Test
  void aConnectionThatEndsWhileStreamsAreOpenedKeepsNobodyWaiting() throws Exception {
    for (int round = 0; round < 5_000; round++) {
      YamuxConnection connection =
          new YamuxConnection(
              new Mute(), true, YamuxLimits.standard(), System::nanoTime, NO_EVENTS);
      connection.start(Thread::startVirtualThread);
      CountDownLatch over = new CountDownLatch(7);
      for (int i = 0; i < 6; i++) {
        Thread.startVirtualThread(
            () -> {
              try {
                while (connection.ended().isEmpty()) {
                  connection.open(Duration.ofSeconds(1)).reset();
                }
              } catch (Libp2pException closing) {
                // As it should.
              }
              over.countDown();
            });
      }
      Thread.startVirtualThread(
          () -> {
            connection.abort(new Libp2pException(Reason.CLOSED, "enough"));
            over.countDown();
          });
      assertTrue(over.await(10, TimeUnit.SECONDS), "somebody waits since round " + round);
      assertEquals(0, connection.openStreams());
    }
  }

  @Test
  void theLastFramesOfAConnectionThatEndsAreWrittenBeforeItIsClosed() throws Exception {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    Mute mute =
        new Mute() {
          @Override
          public OutputStream out() {
            return new OutputStream() {
              @Override
              public void write(int b) {
                throw new AssertionError("frames are written whole");
              }

              @Override
              public void write(byte[] bytes, int from, int length) throws IOException {
                LockSupport.parkNanos(20_000_000); // under way when the end comes
                if (isClosed()) {
                  throw new IOException("closed");
                }
                written.write(bytes, from, length);
              }
            };
          }
        };
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      YamuxConnection connection =
          new YamuxConnection(mute, true, YamuxLimits.standard(), System::nanoTime, NO_EVENTS);
      connection.start(threads);
      YamuxStream stream = connection.open(Duration.ofSeconds(1));
      stream.out().write(7);
      stream.closeWrite();
      connection.abort(new Libp2pException(Reason.CLOSED, "done"));
      connection.awaitShut(Duration.ofSeconds(5));
      byte[] all = written.toByteArray();
      byte[] finish = {0, 1, 0, Frame.FIN, 0, 0, 0, 1, 0, 0, 0, 0};
      byte[] farewell = {0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
      assertArrayEquals(farewell, Arrays.copyOfRange(all, all.length - 12, all.length));
      assertArrayEquals(finish, Arrays.copyOfRange(all, all.length - 24, all.length - 12));
    }
  }
}
