package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Request;

/** A node that is asked as long as it brings what it was asked for at a bearable rate. */
final class Within {

  /** Before any of it is there. */
  private static final Duration LEAST = Duration.ofSeconds(30);

  private static final long BYTES_A_SECOND = 16L << 10;

  private final Function<Duration, Remote> remote;
  private final long end;
  private final LongSupplier nanos;

  /**
   * @param remote with how much patience it is asked
   * @param most with everything together
   */
  Within(Function<Duration, Remote> remote, Duration most, LongSupplier nanos) {
    this.remote = remote;
    this.end = nanos.getAsLong() + most.toNanos();
    this.nanos = nanos;
  }

  /** The same, for so many bytes from now on: at least 30 s, then as long as 16 KiB/s take. */
  Remote forBytes(long bytes) {
    long now = nanos.getAsLong();
    Duration rate = LEAST.plusSeconds(bytes / BYTES_A_SECOND);
    long until = rate.compareTo(Duration.ofNanos(end - now)) < 0 ? now + rate.toNanos() : end;
    String name = remote.apply(LEAST).name();
    return new Remote() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Answer ask(Request request) throws IOException {
        long left = until - nanos.getAsLong();
        if (left <= 0) {
          throw new IOException("`" + name + "` takes too long to bring " + bytes + " bytes");
        }
        return remote.apply(Duration.ofNanos(left)).ask(request);
      }
    };
  }
}
