package org.dxos.dmg.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;

/** Queries that do not heed their stop sign. */
class QueryRunTest {

  private static final QueryLimits QUICK = new QueryLimits(100, 50, 10, 10, 1L << 30, 2, 100, 1);

  private final Semaphore turns = new Semaphore(2);
  private final Semaphore abandoned = new Semaphore(1);
  private final CountDownLatch end = new CountDownLatch(1);

  private ErrorCode askForEver() {
    turns.acquireUninterruptibly();
    return assertThrows(
            GraphException.class,
            () ->
                new QueryRun<Boolean>(QUICK, turns, abandoned)
                    .await(
                        _ -> {
                          try {
                            return end.await(60, TimeUnit.SECONDS);
                          } catch (InterruptedException e) {
                            throw new IllegalStateException("a query was interrupted", e);
                          }
                        }))
        .code();
  }

  @Test
  void askerIsAnsweredAndOnlySoManyRunOnWithoutATurn() throws InterruptedException {
    long start = System.nanoTime();
    assertEquals(ErrorCode.QUERY_TIMEOUT, askForEver());
    assertTrue(System.nanoTime() - start < 5_000_000_000L);
    assertEquals(2, turns.availablePermits(), "its turn is free again");
    assertEquals(0, abandoned.availablePermits());
    assertEquals(ErrorCode.QUERY_TIMEOUT, askForEver());
    assertEquals(1, turns.availablePermits(), "the second keeps its turn");
    end.countDown();
    assertTrue(turns.tryAcquire(2, 20, TimeUnit.SECONDS), "all ended, all turns are back");
    assertTrue(abandoned.tryAcquire(20, TimeUnit.SECONDS));
  }

  @Test
  void failureAndOverflowOfTheStackReachTheAskerAndFreeTheTurn() throws InterruptedException {
    turns.acquireUninterruptibly();
    QueryRun<Integer> deep = new QueryRun<>(QUICK, turns, abandoned);
    assertEquals(
        ErrorCode.QUERY_LIMIT,
        assertThrows(GraphException.class, () -> deep.await(_ -> down(0))).code());
    assertTrue(turns.tryAcquire(2, 20, TimeUnit.SECONDS));
  }

  private static int down(int depth) {
    return depth < 0 ? depth : down(depth + 1) + 1;
  }
}
