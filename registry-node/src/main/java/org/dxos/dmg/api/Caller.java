package org.dxos.dmg.api;

import java.util.function.Supplier;

/**
 * Who asks a registry, for the time of one question. A stranger is given what is public, and may
 * cause so much work elsewhere; where nobody says anything it is the registry's own operator.
 */
public final class Caller {

  private static final ScopedValue<Caller> CURRENT = ScopedValue.newInstance();
  private static final Caller OPERATOR = new Caller(false, Turn.NONE);

  private final boolean stranger;
  private final Turn turn;

  /** A place among few, which whoever waits for somebody else gives up meanwhile. */
  public interface Turn {

    /** No place is held. */
    Turn NONE =
        new Turn() {
          @Override
          public <T> T outside(Supplier<T> wait) {
            return wait.get();
          }
        };

    /** Waits, without the place, and takes it again. */
    <T> T outside(Supplier<T> wait);
  }

  private Caller(boolean stranger, Turn turn) {
    this.stranger = stranger;
    this.turn = turn;
  }

  /** Who asks on this thread. */
  public static Caller current() {
    return CURRENT.isBound() ? CURRENT.get() : OPERATOR;
  }

  /** Does something for somebody. */
  public static <T, X extends Throwable> T as(boolean stranger, ScopedValue.CallableOp<T, X> work)
      throws X {
    return ScopedValue.where(CURRENT, new Caller(stranger, Turn.NONE)).call(work);
  }

  /** Does something for whoever asks now, who holds a place. */
  public static <T> T in(Turn turn, Supplier<T> work) {
    return ScopedValue.where(CURRENT, new Caller(current().stranger, turn)).call(work::get);
  }

  /** True if it did not show that it belongs to this registry. */
  public boolean isStranger() {
    return stranger;
  }

  /** Waits for somebody else, without keeping others from what this one holds. */
  public <T> T waiting(Supplier<T> wait) {
    return turn.outside(wait);
  }
}
