package org.dxos.dmg.sync.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Request;
import org.junit.jupiter.api.Test;

class WithinTest {

  private static final Request REQUEST =
      new Request.Blocks(List.of(Cid.of(Cid.RAW, new byte[] {1})));

  private long now = 7;
  private final List<Duration> patience = new ArrayList<>();

  private Within within(Duration most) {
    return new Within(
        left ->
            new Remote() {
              @Override
              public String name() {
                return "slow";
              }

              @Override
              public Answer ask(Request request) throws IOException {
                patience.add(left);
                throw new IOException("asked");
              }
            },
        most,
        () -> now);
  }

  private String ask(Remote remote) {
    return String.valueOf(assertThrows(IOException.class, () -> remote.ask(REQUEST)).getMessage());
  }

  private void passes(Duration time) {
    now += time.toNanos();
  }

  @Test
  void whoBringsLessThanSixteenKibibytesASecondIsLeft() {
    Remote remote = within(Duration.ofMinutes(10)).forBytes(1 << 20);
    assertEquals("asked", ask(remote));
    passes(Duration.ofSeconds(93));
    assertEquals("asked", ask(remote));
    passes(Duration.ofSeconds(1));
    assertEquals("`slow` takes too long to bring 1048576 bytes", ask(remote));
    assertEquals(List.of(Duration.ofSeconds(94), Duration.ofSeconds(1)), patience);
  }

  @Test
  void everythingTogetherEndsWhateverThereIsToBring() {
    Within within = within(Duration.ofMinutes(10));
    passes(Duration.ofMinutes(9));
    Remote remote = within.forBytes(1L << 40);
    assertEquals("asked", ask(remote));
    passes(Duration.ofMinutes(1));
    assertEquals("`slow` takes too long to bring 1099511627776 bytes", ask(remote));
    assertEquals(List.of(Duration.ofMinutes(1)), patience);
  }
}
