package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A port of this machine behind which another one is some time away, and which sees what crosses.
 * Safe for many threads; one connection at a time is looked at.
 */
final class Relay implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 16;

  private final int port;
  private final long nanosAway;
  private final ServerSocket listening;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private Seen seen = Seen.NOTHING;

  /**
   * What crossed since {@link #begin}.
   *
   * @param bytes both ways
   * @param turns how often whoever dialled spoke first, or after the other end
   * @param nanos from the first bytes of whoever dialled to the last of the other end
   */
  record Seen(long bytes, int turns, long nanos, boolean dialersTurn, long first) {
    private static final Seen NOTHING = new Seen(0, 0, 0, false, 0);
  }

  private Relay(int port, Duration away) throws IOException {
    this.port = port;
    this.nanosAway = away.toNanos();
    this.listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /**
   * Listens on a free port.
   *
   * @param port where it leads to, on this machine
   * @param away how long bytes take one way
   */
  static Relay to(int port, Duration away) throws IOException {
    return new Relay(port, away);
  }

  /** The port to dial. */
  int port() {
    return listening.getLocalPort();
  }

  synchronized void begin() {
    seen = Seen.NOTHING;
  }

  synchronized Seen seen() {
    return seen;
  }

  private synchronized void crossed(boolean ofDialer, int bytes) {
    long now = System.nanoTime();
    long first = seen.first() == 0 && ofDialer ? now : seen.first();
    seen =
        new Seen(
            seen.bytes() + bytes,
            seen.turns() + (ofDialer && !seen.dialersTurn() ? 1 : 0),
            ofDialer || first == 0 ? seen.nanos() : now - first,
            ofDialer,
            first);
  }

  private void accept() {
    try {
      while (true) {
        Socket near = listening.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), port);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        open.add(near);
        open.add(far);
        Thread.startVirtualThread(() -> carry(near, far, true));
        Thread.startVirtualThread(() -> carry(far, near, false));
      }
    } catch (IOException closed) {
      // Nobody is let in any more.
    }
  }

  /** Bytes that are on their way. */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  private record Piece(byte[] bytes, long arrives) {}

  /** Says that nothing follows. */
  private static final Piece END = new Piece(new byte[0], 0);

  private void carry(Socket from, Socket to, boolean ofDialer) {
    BlockingQueue<Piece> away = new LinkedBlockingQueue<>();
    Thread.startVirtualThread(() -> arrive(away, to, ofDialer));
    byte[] buffer = new byte[BUFFER_BYTES];
    try (from) {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (ofDialer) {
          crossed(true, count);
        }
        away.add(new Piece(Arrays.copyOf(buffer, count), System.nanoTime() + nanosAway));
      }
    } catch (IOException closed) {
      // One end is gone; so is the other.
    } finally {
      away.add(END);
    }
  }

  private void arrive(BlockingQueue<Piece> away, Socket to, boolean ofDialer) {
    try (to) {
      for (Piece piece = away.take(); piece != END; piece = away.take()) {
        Thread.sleep(Duration.ofNanos(Math.max(0, piece.arrives() - System.nanoTime())));
        to.getOutputStream().write(piece.bytes());
        if (!ofDialer) {
          crossed(false, piece.bytes().length);
        }
      }
    } catch (IOException closed) {
      // One end is gone; so is the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
