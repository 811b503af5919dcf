package org.dxos.dmg.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;

final class BodyMemoryTest {

  private static final int KIB = 1024;

  @Test
  void noMoreIsHeldThanThereIs() throws Exception {
    BodyMemory memory = new BodyMemory(100 * KIB, 60_000);
    AtomicInteger held = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int bytes = (1 + i % 40) * KIB;
        all.add(
            senders.submit(
                () -> {
                  memory.holding(
                      bytes,
                      () -> {
                        most.accumulateAndGet(held.addAndGet(bytes), Math::max);
                        Thread.yield();
                        held.addAndGet(-bytes);
                      });
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertTrue(most.get() <= 100 * KIB, () -> most + " bytes at a time");
    assertEquals(0, held.get());
  }

  @Test
  void oneThatIsLargerThanAllGoesAlone() throws IOException {
    BodyMemory memory = new BodyMemory(10 * KIB, 0);
    AtomicInteger done = new AtomicInteger();
    for (long bytes : new long[] {0, 1, 10 * KIB, 10 * KIB + 1, Long.MAX_VALUE, -1}) {
      memory.holding(bytes, done::incrementAndGet);
    }
    assertEquals(6, done.get());
  }

  @Test
  void whoDoesNotFitInIsToldSoAndRoomComesBack() throws IOException {
    BodyMemory memory = new BodyMemory(10 * KIB, 0);
    memory.holding(
        6 * KIB,
        () -> {
          memory.holding(4 * KIB, () -> {});
          NodeException busy =
              assertThrows(NodeException.class, () -> memory.holding(4 * KIB + 1, () -> {}));
          assertEquals(ErrorCode.BUSY, busy.code());
          assertThrows(NodeException.class, () -> memory.holding(-1, () -> {}));
        });
    assertThrows(
        IOException.class,
        () ->
            memory.holding(
                10 * KIB,
                () -> {
                  throw new IOException("cut off");
                }));
    memory.holding(10 * KIB, () -> {});
  }
}
