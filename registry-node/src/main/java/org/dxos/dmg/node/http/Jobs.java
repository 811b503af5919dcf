package org.dxos.dmg.node.http;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * Work that may take longer than a connection is kept open in silence. It goes on when nobody waits
 * for it any more; who asks for it again gets what came of it. Safe for many threads.
 */
final class Jobs {

  /** How long one request waits: well below any time-out of those who ask. */
  static final long PATIENCE_MILLIS = 5_000;

  /** Jobs that are remembered after they have ended. */
  private static final int KEPT = 64;

  private static final int AT_ONCE = 8;

  private final long patience;
  private final Map<String, CompletableFuture<Node>> jobs = new LinkedHashMap<>();
  private long last;

  Jobs(long patience) {
    this.patience = patience;
  }

  /**
   * Begins a job.
   *
   * @return its name
   * @throws NodeException if there are too many already
   */
  synchronized String begin(Supplier<Node> work) {
    if (jobs.values().stream().filter(job -> !job.isDone()).count() >= AT_ONCE) {
      throw new NodeException(
          ErrorCode.QUOTA,
          "begin a job: " + AT_ONCE + " are under way",
          "wait until one of them has ended");
    }
    String name = String.valueOf(++last);
    CompletableFuture<Node> job = new CompletableFuture<>();
    jobs.put(name, job);
    Thread.ofVirtual()
        .name("job-" + name)
        .start(
            () -> {
              try {
                job.complete(work.get());
              } catch (RuntimeException | Error e) {
                job.completeExceptionally(e);
              }
            });
    Iterator<CompletableFuture<Node>> oldest = jobs.values().iterator();
    while (jobs.size() > KEPT && oldest.hasNext()) {
      if (oldest.next().isDone()) {
        oldest.remove();
      }
    }
    return name;
  }

  /** What came of a job; empty if it is still under way after a while. What it threw is thrown. */
  Optional<Node> await(String name) {
    CompletableFuture<Node> job;
    synchronized (this) {
      job =
          Optional.ofNullable(jobs.get(name))
              .orElseThrow(
                  () ->
                      new NotFoundException(
                          ErrorCode.NOT_FOUND,
                          "ask for job `" + name + "`: there is none",
                          List.of(),
                          "jobs are forgotten when the node is started again"));
    }
    try {
      return Optional.of(job.get(patience, TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
