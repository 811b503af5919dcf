package org.dxos.dmg.node.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.dxos.dmg.api.Caller;
import org.dxos.dmg.api.ClosureRequest;
import org.junit.jupiter.api.Test;

class SolveTurnsTest {

  private static final ClosureRequest FEW =
      new ClosureRequest(List.of("com.one/module/a"), Optional.empty());

  /** More than there are places, each waiting for another node in the midst of solving. */
  @Test
  void whoWaitsForOthersKeepsNobodyFromSolving() throws Exception {
    SolveTurns turns = new SolveTurns();
    int many = 2 * Math.max(2, Runtime.getRuntime().availableProcessors());
    CountDownLatch waiting = new CountDownLatch(2 * many);
    CountDownLatch brought = new CountDownLatch(1);
    try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 2 * many; i++) {
        boolean explained = i % 2 == 0;
        answers.add(
            askers.submit(
                () ->
                    turns.solve(
                        FEW,
                        explained,
                        () ->
                            Caller.current()
                                .waiting(
                                    () -> {
                                      waiting.countDown();
                                      return await(brought);
                                    }))));
      }
      waiting.await();
      assertEquals("solved", turns.solve(FEW, true, () -> "solved"));
      assertEquals("solved", turns.solve(FEW, false, () -> "solved"));
      brought.countDown();
      for (Future<String> answer : answers) {
        assertEquals("brought", answer.get());
      }
    }
    // Every place was given back once: there are as many as before, and no more.
    assertThrows(
        IllegalStateException.class,
        () ->
            turns.solve(
                FEW,
                false,
                () -> {
                  throw new IllegalStateException("while solving");
                }));
    assertEquals("solved", turns.solve(FEW, true, () -> "solved"));
  }

  private static String await(CountDownLatch latch) {
    try {
      latch.await();
      return "brought";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aPlaceKeepsWhoHoldsItAStranger() {
    SolveTurns turns = new SolveTurns();
    assertFalse(turns.solve(FEW, false, () -> Caller.current().isStranger()));
    assertTrue(Caller.as(true, () -> turns.solve(FEW, false, () -> Caller.current().isStranger())));
  }
}
