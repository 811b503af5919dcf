package org.dxos.dmg.libp2p.yamux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class UnreadTest {

  /** Positive: so many bytes arrive; negative: so many are asked for. */
  @Property(tries = 300)
  void whatIsTakenIsWhatCameInItsOrder(
      @ForAll @Size(max = 60) List<@IntRange(min = -3_000, max = 3_000) Integer> steps) {
    Unread unread = new Unread();
    ByteArrayOutputStream came = new ByteArrayOutputStream();
    ByteArrayOutputStream taken = new ByteArrayOutputStream();
    int next = 0;
    for (int step : steps) {
      if (step >= 0) {
        // Mostly small pieces: those are the ones put together.
        byte[] bytes = new byte[step % 7 == 0 ? step : step % 50];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) next++;
        }
        came.writeBytes(bytes);
        unread.add(bytes);
      } else {
        byte[] out = new byte[-step + 2];
        int count = unread.take(out, 1, -step);
        taken.write(out, 1, count);
      }
      assertEquals(came.size() - taken.size(), unread.size());
    }
    byte[] rest = new byte[unread.size()];
    assertEquals(rest.length, unread.take(rest, 0, rest.length));
    taken.writeBytes(rest);
    assertArrayEquals(came.toByteArray(), taken.toByteArray());
    assertEquals(0, unread.take(new byte[1], 0, 1));
  }
}
