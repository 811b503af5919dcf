package org.dxos.dmg.sync.pull;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each bound at its limit, and one past it. */
class BoundsTest {

  private Instant now = Instant.ofEpochSecond(1_000_000);

  @Test
  void aMissIsRememberedUntilItsTimeAndNoLonger() {
    Misses misses = new Misses(10, Duration.ofSeconds(20), () -> now);
    misses.remember("com.a", "nobody has it");
    now = now.plusMillis(19_999);
    assertEquals(Optional.of("nobody has it"), misses.why("com.a"));
    now = now.plusMillis(1);
    assertEquals(Optional.empty(), misses.why("com.a"));
  }

  @Test
  void aClockThatWasSetBackMakesNoMissLast() {
    Misses misses = new Misses(10, Duration.ofSeconds(20), () -> now);
    misses.remember("com.a", "nobody has it");
    now = now.minusSeconds(3600);
    assertEquals(Optional.empty(), misses.why("com.a"));
  }

  @Test
  void ofTooManyMissesTheOldestIsForgotten() {
    Misses misses = new Misses(3, Duration.ofSeconds(20), () -> now);
    for (String name : new String[] {"com.a", "com.b", "com.c"}) {
      misses.remember(name, name);
    }
    assertEquals(Optional.of("com.a"), misses.why("com.a"));
    misses.remember("com.a", "again"); // what was missed again is young
    misses.remember("com.d", "com.d");
    assertEquals(Optional.empty(), misses.why("com.b"));
    assertEquals(Optional.of("again"), misses.why("com.a"));
    assertEquals(Optional.of("com.d"), misses.why("com.d"));
  }

  @Test
  void aBudgetIsSpentAndComesBackByTheMinute() {
    Budget budget = new Budget(3, 6, () -> now);
    for (int i = 0; i < 3; i++) {
      assertTrue(budget.take());
    }
    assertFalse(budget.take());
    now = now.plusMillis(9_999);
    assertFalse(budget.take());
    now = now.plusMillis(10_001);
    assertTrue(budget.take());
    assertTrue(budget.take());
    assertFalse(budget.take());
    now = now.plus(Duration.ofDays(1));
    for (int i = 0; i < 3; i++) {
      assertTrue(budget.take());
    }
    assertFalse(budget.take(), "never more than at first");
  }
}
