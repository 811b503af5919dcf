package org.dxos.dmg.sync.pull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What nobody had lately, so that nobody is asked again at once. Safe for many threads. */
final class Misses {

  private final int most;
  private final Duration life;
  private final InstantSource clock;
  private final Map<String, Miss> misses = new LinkedHashMap<>();

  private record Miss(String why, Instant at) {}

  Misses(int most, Duration life, InstantSource clock) {
    this.most = most;
    this.life = life;
    this.clock = clock;
  }

  synchronized void remember(String what, String why) {
    misses.remove(what);
    misses.put(what, new Miss(why, clock.instant()));
    if (misses.size() > most) {
      misses.remove(misses.keySet().iterator().next());
    }
  }

  /** Why it was not found, if that was not long ago. */
  synchronized Optional<String> why(String what) {
    Miss miss = misses.get(what);
    if (miss == null) {
      return Optional.empty();
    }
    // A clock that was set back must not make a miss last.
    Duration age = Duration.between(miss.at(), clock.instant());
    if (age.isNegative() || age.compareTo(life) >= 0) {
      misses.remove(what);
      return Optional.empty();
    }
    return Optional.of(miss.why());
  }
}
