package org.dxos.dmg.sync.pull;

import java.time.Instant;
import java.time.InstantSource;

/** So many at once, and so many more within each minute. Safe for many threads. */
final class Budget {

  private static final double SECONDS = 60;

  private final int most;
  private final double perSecond;
  private final InstantSource clock;
  private double left;
  private Instant at;

  Budget(int most, int perMinute, InstantSource clock) {
    this.most = most;
    this.perSecond = perMinute / SECONDS;
    this.clock = clock;
    this.left = most;
    this.at = clock.instant();
  }

  /** True if one more may be; it is counted then. */
  synchronized boolean take() {
    Instant now = clock.instant();
    double passed = Math.max(0, now.toEpochMilli() - at.toEpochMilli()) / 1000.0;
    at = now;
    left = Math.min(most, left + passed * perSecond);
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }
}
