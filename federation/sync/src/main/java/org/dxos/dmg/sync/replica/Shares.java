package org.dxos.dmg.sync.replica;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.dxos.dmg.cid.Cid;

/**
 * Which of several pulls takes which authority, where more than one remote has what is lacking. An
 * authority is one pull's at a time. What a pull that does not get on has not finished is given to
 * another that has nothing left to do: both may bring it then, which does no harm.
 *
 * <p>Safe for many threads; {@code this} guards everything. Nobody waits for longer than {@link
 * #PATIENCE} for a remote that is slow or dead.
 */
public final class Shares {

  /** Within this much time a remote brings {@link #STEP_BYTES}, or ends an authority. */
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /** So much within {@link #PATIENCE} is slow for anybody. */
  static final long STEP_BYTES = 256 << 10;

  /** How long it is waited before it is looked again who gets on. */
  private static final long LOOK_MILLIS = 100;

  private final LongSupplier nanos;
  private final Map<Cid, Object> claims = new HashMap<>();

  /** When each pull that takes something now last got on. */
  private final Map<Object, Long> progress = new HashMap<>();

  /**
   * @param nanos a clock as {@link System#nanoTime}
   */
  public Shares(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A pull begins to take part. */
  synchronized void enter(Object pull) {
    progress.put(pull, nanos.getAsLong());
  }

  /** It takes part no more; what it had is free. */
  synchronized void leave(Object pull) {
    progress.remove(pull);
    claims.values().removeIf(pull::equals);
    notifyAll();
  }

  /**
   * Authorities that are this pull's from now on: of those that nobody takes, else of those of
   * pulls that do not get on; none if others take them all.
   *
   * @param wanted in the order in which they are wanted
   * @param most how many at most; where others take part it is fewer, so that all have some
   */
  synchronized List<Cid> claim(Collection<Cid> wanted, Object pull, int most) {
    int others = progress.size() - 1;
    int share = others == 0 ? most : Math.clamp(wanted.size() / (2L * (others + 1)), 1, most);
    List<Cid> mine = new ArrayList<>();
    for (boolean slow : new boolean[] {false, true}) {
      for (Cid one : wanted) {
        if (mine.size() < share && (slow ? isSlow(one, pull) : !claims.containsKey(one))) {
          mine.add(one);
        }
      }
      if (!mine.isEmpty()) {
        break;
      }
    }
    mine.forEach(one -> claims.put(one, pull));
    if (!mine.isEmpty()) {
      progress.put(pull, nanos.getAsLong());
    }
    return mine;
  }

  private boolean isSlow(Cid one, Object pull) {
    Object by = claims.getOrDefault(one, pull);
    return !by.equals(pull)
        && nanos.getAsLong() - progress.getOrDefault(by, Long.MIN_VALUE / 2) > PATIENCE.toNanos();
  }

  /** A pull gets on. */
  synchronized void progressed(Object pull) {
    progress.replace(pull, nanos.getAsLong());
  }

  /** An authority is done with, or given up. */
  synchronized void release(Cid one, Object pull) {
    progressed(pull);
    if (claims.remove(one, pull)) {
      notifyAll();
    }
  }

  /** Waits until something may have become free. */
  synchronized void await() throws InterruptedException {
    TimeUnit.MILLISECONDS.timedWait(this, LOOK_MILLIS);
  }
}
