package org.dxos.dmg.graph;

import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.jena.query.QueryExecution;
import org.dxos.dmg.error.ErrorCode;

/**
 * One query on a thread of its own, watched by the one who asked. The engine looks at its stop sign
 * between rows only: inside of a property path, a sort or one long expression it may go on for
 * ever. So the asker is answered in any case, and a query that does not stop is left behind. It is
 * never interrupted: that would close the files of the database under everybody else.
 *
 * <p>{@code this} guards {@code ended} and {@code held}.
 */
final class QueryRun<T> {

  /** Between two looks at time and memory. */
  private static final long LOOK_MILLIS = 20;

  private static final Optional<com.sun.management.ThreadMXBean> THREADS =
      ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean
          ? Optional.of(bean)
          : Optional.empty();

  private final QueryLimits limits;
  private final Semaphore turns;
  private final Semaphore abandoned;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private final CompletableFuture<QueryExecution> execution = new CompletableFuture<>();
  private boolean ended;
  private Semaphore held;

  /**
   * @param turns of which the caller has taken one, given back here
   * @param abandoned free places for queries that do not stop
   */
  QueryRun(QueryLimits limits, Semaphore turns, Semaphore abandoned) {
    this.limits = limits;
    this.turns = turns;
    this.abandoned = abandoned;
    this.held = turns;
  }

  /**
   * Runs {@code work} and waits for it.
   *
   * @param work is given where to put its execution, so that it can be stopped
   */
  T await(Function<CompletableFuture<QueryExecution>, T> work) {
    Thread thread = Thread.ofPlatform().daemon().name("query").unstarted(() -> run(work));
    long started = System.nanoTime();
    thread.start();
    while (true) {
      try {
        return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (System.nanoTime() - started > limits.millis() * 1_000_000) {
          throw stop(
              new GraphException(
                  ErrorCode.QUERY_TIMEOUT,
                  "run query: not done after " + limits.millis() + " ms",
                  "narrow it, or ask in steps"));
        }
        if (allocated(thread) > limits.allocatedBytes()) {
          throw stop(
              new GraphException(
                  ErrorCode.QUERY_LIMIT,
                  "run query: it took more than " + limits.allocatedBytes() + " bytes of memory",
                  "narrow it, or ask in steps"));
        }
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw stop(
            new GraphException(ErrorCode.QUERY_TIMEOUT, "run query: the node is stopping", ""));
      }
    }
  }

  private static long allocated(Thread thread) {
    return THREADS.map(bean -> bean.getThreadAllocatedBytes(thread.threadId())).orElse(0L);
  }

  private void run(Function<CompletableFuture<QueryExecution>, T> work) {
    try {
      answer.complete(work.apply(execution));
    } catch (StackOverflowError e) {
      answer.completeExceptionally(QueryGuard.tooDeep());
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    } finally {
      synchronized (this) {
        ended = true;
        held.release();
      }
    }
  }

  private GraphException stop(GraphException why) {
    execution.thenAccept(QueryExecution::abort);
    try {
      answer.handle((_, _) -> true).get(limits.graceMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      leaveBehind();
    } catch (TimeoutException | ExecutionException e) {
      leaveBehind();
    }
    return why;
  }

  /** Gives the turn to others, unless too many were left behind already. */
  private synchronized void leaveBehind() {
    if (!ended && held == turns && abandoned.tryAcquire()) {
      held = abandoned;
      turns.release();
    }
  }
}
