package org.dxos.dmg.node.http;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dxos.dmg.api.Caller;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.error.ErrorCode;

/**
 * Who may solve now. To solve is work for a processor, and nobody is kept from asking for a
 * thousand roots: of such questions one is worked on at a time, so that short ones get through.
 */
final class SolveTurns {

  /** Roots of a question that is answered in well under a second, whatever they are. */
  private static final int FEW = 16;

  private static final long SECONDS = 20;

  private final Semaphore all =
      new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()), true);

  private final Semaphore large = new Semaphore(1, true);

  /**
   * Does {@code work} when it is its turn.
   *
   * @param explained it is asked why as well, which solves again and again
   * @throws NodeException with {@link ErrorCode#BUSY} if its turn does not come
   */
  <T> T solve(ClosureRequest request, boolean explained, Supplier<T> work) {
    Place place = new Place(request.roots().size() > FEW || explained);
    place.take();
    try {
      return Caller.in(place, work);
    } finally {
      place.leave();
    }
  }

  /** Of one question. Who waits for other nodes in the midst of it keeps nobody from solving. */
  private final class Place implements Caller.Turn {
    private final boolean isLarge;
    private boolean taken;

    private Place(boolean isLarge) {
      this.isLarge = isLarge;
    }

    private void take() {
      if (isLarge) {
        take(large);
      }
      try {
        take(all);
        taken = true;
      } finally {
        if (isLarge && !taken) {
          large.release();
        }
      }
    }

    private void leave() {
      if (taken) {
        taken = false;
        all.release();
        if (isLarge) {
          large.release();
        }
      }
    }

    @Override
    public <T> T outside(Supplier<T> wait) {
      leave();
      T waited = wait.get();
      take();
      return waited;
    }

    private static void take(Semaphore turns) {
      try {
        if (!turns.tryAcquire(SECONDS, TimeUnit.SECONDS)) {
          throw busy();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw busy();
      }
    }
  }

  private static NodeException busy() {
    return new NodeException(
        ErrorCode.BUSY,
        "solve: others are being solved, and none was done in " + SECONDS + " s",
        "try again in a moment, or ask for fewer roots at a time");
  }
}
