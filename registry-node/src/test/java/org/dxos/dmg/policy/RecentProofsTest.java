package org.dxos.dmg.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.dxos.dmg.dagcbor.DagCbor;
import org.junit.jupiter.api.Test;

class RecentProofsTest {

  private static final Duration SHORT = Duration.ofMillis(300);

  /** For a machine that is busy. */
  private static final Duration SOON = Duration.ofSeconds(15);

  private static final NameProof.Answer NAMES =
      new NameProof.Answer.Names(DagCbor.cid(new byte[] {(byte) 0xa0}), Optional.empty());

  private final AtomicInteger asked = new AtomicInteger();
  private Instant now = Instant.ofEpochSecond(1_000_000);

  /** What a domain does, which may take for ever. */
  private interface Domain {
    NameProof.Answer ask() throws InterruptedException;
  }

  private RecentProofs proofs(Domain domain, Duration patience) {
    return new RecentProofs(
        _ -> {
          asked.incrementAndGet();
          try {
            return domain.ask();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        () -> now,
        Thread.ofPlatform().daemon().factory(),
        patience);
  }

  @Test
  void anAnswerIsTakenForAWhile() {
    RecentProofs proofs = proofs(() -> NAMES, SOON);
    assertEquals(NAMES, proofs.ask("com.one"));
    now = now.plusMillis(19_999);
    assertEquals(NAMES, proofs.ask("com.one"));
    assertEquals(1, asked.get());
    now = now.plusMillis(1);
    assertEquals(NAMES, proofs.ask("com.one"));
    assertEquals(2, asked.get());
  }

  @Test
  void manyWhoAskForOneNameShareOneQuestionAndNoneWaitsLongerThanTheFirst() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    RecentProofs proofs =
        proofs(
            () -> {
              never.await();
              return NAMES;
            },
            SHORT);
    long from = System.nanoTime();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<NameProof.Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(readers.submit(() -> proofs.ask("com.one")));
      }
      for (Future<NameProof.Answer> answer : answers) {
        assertInstanceOf(NameProof.Answer.Silent.class, answer.get());
      }
    }
    // Who comes later waits for nothing.
    assertInstanceOf(NameProof.Answer.Silent.class, proofs.ask("com.one"));
    Duration took = Duration.ofNanos(System.nanoTime() - from);
    assertTrue(took.compareTo(SOON) < 0, took::toString);
    assertEquals(1, asked.get());
    // What it says in the end is taken all the same.
    never.countDown();
    while (!proofs.ask("com.one").equals(NAMES)) {
      assertTrue(Duration.ofNanos(System.nanoTime() - from).compareTo(SOON) < 0);
    }
    assertEquals(1, asked.get());
  }

  @Test
  void soManyDomainsAreAskedAtATimeAndNoMore() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    RecentProofs proofs =
        proofs(
            () -> {
              never.await();
              return NAMES;
            },
            Duration.ofMillis(1));
    for (int i = 0; i < 70; i++) {
      assertInstanceOf(NameProof.Answer.Silent.class, proofs.ask("com.n" + i));
    }
    long until = System.nanoTime() + SOON.toNanos();
    while (asked.get() < 64 && System.nanoTime() < until) {
      Thread.sleep(5);
    }
    assertEquals(64, asked.get());
    never.countDown();
    while (!proofs.ask("com.n69").equals(NAMES)) {
      assertTrue(System.nanoTime() < until, "there is room again");
      Thread.sleep(5);
    }
  }

  @Test
  void aFaultIsToldToWhoAskedAndNotRemembered() {
    RecentProofs proofs =
        proofs(
            () -> {
              if (asked.get() == 1) {
                throw new IllegalArgumentException("no such name");
              }
              return NAMES;
            },
            SOON);
    assertThrows(IllegalArgumentException.class, () -> proofs.ask("com.one"));
    assertEquals(NAMES, proofs.ask("com.one"));
  }
}
