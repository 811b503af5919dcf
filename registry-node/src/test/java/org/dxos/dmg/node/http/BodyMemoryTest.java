package org.dxos.dmg.node.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;

final class BodyMemoryTest {

  private static final int KIB = 1024;

  @Test
  void noMoreIsHeldThanThereIsAndAllEnd() throws Exception {
    BodyMemory memory = new BodyMemory(1_000 * KIB, 60_000);
    AtomicLong held = new AtomicLong();
    AtomicLong most = new AtomicLong();
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int parts = 1 + i % 40; // of 25 KiB: some have all there is
        all.add(
            senders.submit(
                () -> {
                  try (BodyMemory.Share share = memory.share(parts * 25L * KIB)) {
                    for (int part = 0; part < parts; part++) {
                      share.took(25 * KIB);
                      most.accumulateAndGet(held.addAndGet(25 * KIB), Math::max);
                      Thread.yield();
                    }
                    held.addAndGet(-parts * 25L * KIB);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertTrue(most.get() <= 1_000 * KIB, () -> most + " bytes at a time");
    assertEquals(0, held.get());
  }

  @Test
  void oneThatIsLargerThanAllGoesAlone() {
    BodyMemory memory = new BodyMemory(100 * KIB, 0);
    for (long bytes : new long[] {0, 1, 100 * KIB, 100 * KIB + 1, Long.MAX_VALUE, -1}) {
      try (BodyMemory.Share share = memory.share(bytes)) {
        share.took(90 * KIB);
        share.took(10 * KIB);
        share.took(500 * KIB);
      }
    }
  }

  @Test
  void oneThatSaidItWouldBeTheLargestAndHasSentLittleKeepsNobodyOut() {
    BodyMemory memory = new BodyMemory(1_000 * KIB, 0);
    try (BodyMemory.Share dripping = memory.share(1_000 * KIB)) {
      dripping.took(10);
      for (int i = 0; i < 20; i++) {
        try (BodyMemory.Share honest = memory.share(900 * KIB)) {
          for (int part = 0; part < 9; part++) {
            honest.took(100 * KIB);
          }
        }
      }
    }
  }

  @Test
  void whoDoesNotFitInIsToldSoAndRoomComesBack() {
    BodyMemory memory = new BodyMemory(1_000 * KIB, 0);
    try (BodyMemory.Share first = memory.share(600 * KIB)) {
      first.took(600 * KIB);
      try (BodyMemory.Share fits = memory.share(400 * KIB)) {
        fits.took(400 * KIB);
      }
      for (long bytes : new long[] {400 * KIB + 1, -1}) {
        try (BodyMemory.Share large = memory.share(bytes)) {
          NodeException busy = assertThrows(NodeException.class, () -> large.took(401 * KIB));
          assertEquals(ErrorCode.BUSY, busy.code());
        }
      }
    }
    try (BodyMemory.Share all = memory.share(1_000 * KIB)) {
      all.took(1_000 * KIB);
    }
  }

  @Test
  void twoThatLackMoreThanThereIsDoNotWaitForEachOther() throws Exception {
    BodyMemory memory = new BodyMemory(1_000 * KIB, 60_000);
    CountDownLatch waiting = new CountDownLatch(1);
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> second;
      try (BodyMemory.Share first = memory.share(1_000 * KIB)) {
        first.took(500 * KIB);
        second =
            senders.submit(
                () -> {
                  try (BodyMemory.Share share = memory.share(1_000 * KIB)) {
                    waiting.countDown();
                    share.took(1); // were it given, neither could end
                    share.took(1_000 * KIB - 1);
                  }
                  return null;
                });
        waiting.await();
        first.took(500 * KIB);
      }
      second.get();
    }
  }

  @Test
  void bytesAreCountedAsTheyAreRead() throws IOException {
    BodyMemory memory = new BodyMemory(100 * KIB, 0);
    byte[] body = new byte[101 * KIB];
    body[5] = 7;
    try (BodyMemory.Share one = memory.share(50 * KIB);
        InputStream counted = one.counting(new ByteArrayInputStream(body, 0, 50 * KIB))) {
      assertEquals(0, counted.read());
      assertEquals(50 * KIB - 1, counted.readAllBytes().length);
      assertEquals(-1, counted.read());
      try (BodyMemory.Share other = memory.share(-1);
          InputStream large = other.counting(new ByteArrayInputStream(body))) {
        assertThrows(NodeException.class, large::readAllBytes);
      }
    }
    try (BodyMemory.Share again = memory.share(-1);
        InputStream large = again.counting(new ByteArrayInputStream(body))) {
      assertArrayEquals(body, large.readAllBytes());
    }
  }
}
