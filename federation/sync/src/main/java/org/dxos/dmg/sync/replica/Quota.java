package org.dxos.dmg.sync.replica;

import java.time.InstantSource;
import java.util.Optional;

/**
 * What one peer may still bring within the hour: authorities that nobody here has met or pinned,
 * and bytes. A peer that is followed for everything is an operator's own, and has none. Safe for
 * many threads.
 */
public final class Quota {

  private static final long HOUR = 3600;

  /**
   * How much within an hour.
   *
   * @param authorities that are new here, at least 0
   * @param bytes of blocks, at least 0
   */
  public record Limits(int authorities, long bytes) {

    /** 16 new authorities and 1 GiB. */
    public static final Limits STANDARD = new Limits(16, 1L << 30);

    public Limits {
      if (authorities < 0 || bytes < 0) {
        throw new IllegalArgumentException("a quota is not negative");
      }
    }
  }

  private final Optional<Limits> limits;
  private final InstantSource clock;
  private long began = Long.MIN_VALUE;
  private int authorities;
  private long bytes;

  private Quota(Optional<Limits> limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Without limits. */
  public static Quota none() {
    return new Quota(Optional.empty(), InstantSource.system());
  }

  /** With limits, counted from the first use on. */
  public static Quota of(Limits limits, InstantSource clock) {
    return new Quota(Optional.of(limits), clock);
  }

  /** True if one authority more may be taken; it is counted then. */
  synchronized boolean takesAuthority() {
    turn();
    if (limits.isPresent() && authorities >= limits.get().authorities()) {
      return false;
    }
    authorities++;
    return true;
  }

  /** True if so many bytes more may be taken; they are counted then, and else not. */
  public synchronized boolean reserves(long more) {
    turn();
    if (limits.isPresent() && more > limits.get().bytes() - bytes) {
      return false;
    }
    bytes += more;
    return true;
  }

  /** Of what was reserved so many bytes did not come. */
  public synchronized void releases(long less) {
    bytes = Math.max(0, bytes - less); // the hour may have ended meanwhile
  }

  /** Counts bytes; false if these were too many. */
  synchronized boolean takes(long more) {
    turn();
    bytes += more;
    return limits.map(one -> bytes <= one.bytes()).orElse(true);
  }

  private void turn() {
    if (limits.isEmpty()) {
      return;
    }
    long now = clock.instant().getEpochSecond();
    if (began == Long.MIN_VALUE || now - began >= HOUR || now < began) {
      began = now;
      authorities = 0;
      bytes = 0;
    }
  }
}
