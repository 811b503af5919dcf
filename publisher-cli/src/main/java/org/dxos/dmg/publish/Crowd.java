package org.dxos.dmg.publish;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Many virtual threads that each take the next item until there is none. They wait for commits most
 * of the time, so they are made here and not taken from a pool that others need.
 *
 * <p>Threads: {@code next} hands out items, the first of {@code failures} ends all; progress is
 * told under this object's lock.
 */
final class Crowd {

  private static final int PROGRESS_STEP = 1_000;

  private final int threads;

  /**
   * @param threads at most so many items are worked on at a time
   */
  Crowd(int threads) {
    this.threads = threads;
  }

  /** Works on each item once; throws the first failure when every thread has ended. */
  <T> void each(List<T> items, Consumer<T> work, Publisher.Progress progress) {
    AtomicInteger next = new AtomicInteger();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Tally tally = new Tally(items.size(), progress);
    Runnable worker =
        () -> {
          try {
            for (int at = next.getAndIncrement();
                at < items.size() && failures.isEmpty();
                at = next.getAndIncrement()) {
              work.accept(items.get(at));
              tally.count();
            }
          } catch (RuntimeException | Error e) {
            failures.add(e);
          }
        };
    try (ExecutorService crowd = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(threads, items.size()); i++) {
        crowd.execute(worker);
      }
    }
    for (Throwable first : failures) {
      switch (first) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(first);
      }
    }
  }

  private static final class Tally {
    private final int all;
    private final Publisher.Progress progress;
    private int done;

    private Tally(int all, Publisher.Progress progress) {
      this.all = all;
      this.progress = progress;
    }

    synchronized void count() {
      done++;
      if (done % PROGRESS_STEP == 0 || done == all) {
        progress.done(done, all);
      }
    }
  }
}
