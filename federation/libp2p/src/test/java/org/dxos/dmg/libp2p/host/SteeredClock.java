package org.dxos.dmg.libp2p.host;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The machine's clock, which a test may put forward. */
public final class SteeredClock implements LongSupplier {

  private final AtomicLong ahead = new AtomicLong();

  @Override
  public long getAsLong() {
    return System.nanoTime() + ahead.get();
  }

  public void forward(Duration by) {
    ahead.addAndGet(by.toNanos());
  }
}
