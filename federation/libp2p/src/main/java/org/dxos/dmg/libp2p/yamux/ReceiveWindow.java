package org.dxos.dmg.libp2p.yamux;

import java.util.function.IntPredicate;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/**
 * What the other end may still send on a stream: pure arithmetic. Credit follows what the
 * application has read, and the window doubles while a whole one is read within four round trips,
 * as far as the greatest window and as far as the memory for it can be had.
 */
public final class ReceiveWindow {

  private final int greatest;
  private int window;
  private long credit;
  private int unread;
  private long lastUpdate;

  /** A window of {@code first} bytes, all of it granted. */
  public ReceiveWindow(int first, int greatest, long nanos) {
    this.window = first;
    this.credit = first;
    this.greatest = greatest;
    this.lastUpdate = nanos;
  }

  /** Data came, of that length. @throws Libp2pException WINDOW_VIOLATION */
  public void received(int length) throws Libp2pException {
    if (length > credit) {
      throw new Libp2pException(
          Reason.WINDOW_VIOLATION,
          "yamux: window violation: "
              + length
              + " bytes where credit for "
              + credit
              + " was given");
    }
    credit -= length;
    unread += length;
  }

  /**
   * The application read that much.
   *
   * @param growth asked before the window grows by so many bytes
   * @return the credit to give now; 0: none yet
   */
  public int read(int length, long nanos, long roundTripNanos, IntPredicate growth) {
    unread -= length;
    if (window - credit - unread < window / 2) {
      return 0;
    }
    boolean fast = roundTripNanos > 0 && nanos - lastUpdate < 4 * roundTripNanos;
    int more = Math.min(window, greatest - window);
    if (fast && more > 0 && growth.test(more)) {
      window += more;
    }
    lastUpdate = nanos;
    int delta = (int) (window - credit - unread);
    credit += delta;
    return delta;
  }

  /** The window as far as it has grown, in bytes. */
  public int window() {
    return window;
  }

  /** Bytes that came and were not read. */
  public int unread() {
    return unread;
  }
}
