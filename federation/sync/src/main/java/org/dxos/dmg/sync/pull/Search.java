package org.dxos.dmg.sync.pull;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.sync.replica.Follow;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Pull;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One authority asked for of several sources: one after the other, the next as soon as one failed
 * or said nothing for a while, so that neither a liar nor a silent one stands in the way of who has
 * it. That two bring it at once does no harm.
 */
final class Search {

  private static final Logger LOG = LoggerFactory.getLogger(Search.class);

  private final Holder holder;
  private final Executor threads;
  private final String name;
  private final Cid id;
  private final BlockingQueue<Attempt> ended = new LinkedBlockingQueue<>();

  /** By the thread that asks alone. */
  private final Set<String> asked = new HashSet<>();

  /**
   * What came of one source.
   *
   * @param fault empty if it gave all that it has
   */
  record Attempt(Source source, Optional<String> fault) {}

  Search(Holder holder, Executor threads, String name, Cid id) {
    this.holder = holder;
    this.threads = threads;
    this.name = name;
    this.id = id;
  }

  /**
   * Asks until one of them gave what it has, whole.
   *
   * @return that source; else empty, and the faults in {@code faults}
   */
  Optional<Source> ask(List<Source> sources, Duration stagger, long until, List<String> faults)
      throws InterruptedException {
    Iterator<Source> next = sources.iterator();
    int running = 0;
    while (running > 0 || next.hasNext()) {
      if (next.hasNext()) {
        Source source = next.next();
        asked.add(source.name());
        threads.execute(() -> ended.add(attempt(source)));
        running++;
      }
      long left = until - System.nanoTime();
      long wait = next.hasNext() ? Math.min(left, stagger.toNanos()) : left;
      Optional<Attempt> attempt = Optional.ofNullable(ended.poll(wait, TimeUnit.NANOSECONDS));
      if (attempt.isPresent()) {
        running--;
        if (attempt.get().fault().isEmpty()) {
          return Optional.of(attempt.get().source());
        }
        String source = attempt.get().source().name();
        String fault = attempt.get().fault().get();
        faults.add(fault.contains(source) ? fault : "`" + source + "`: " + fault);
      } else if (System.nanoTime() - until >= 0) {
        faults.add(running + " did not answer in time");
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Those of {@code sources} that were not asked yet. */
  List<Source> others(List<Source> sources) {
    return sources.stream().filter(one -> !asked.contains(one.name())).toList();
  }

  /** Asks one source; what came of it was judged, and what of it holds is held. */
  Attempt attempt(Source source) {
    try {
      Pull.Outcome outcome =
          new Pull(
                  holder,
                  source.remote(),
                  Follow.of(List.of(name)),
                  source.quota(),
                  Optional.empty())
              .some(List.of(id));
      List<String> faults = new ArrayList<>(outcome.faults());
      if (faults.isEmpty() && holder.authority(id).isEmpty()) {
        faults.add("it does not hold `" + id + "`");
      }
      faults.forEach(fault -> LOG.debug("ask {} for {}: {}", source.name(), name, fault));
      return new Attempt(source, faults.stream().findFirst());
    } catch (IOException | RuntimeException e) {
      LOG.debug("ask {} for {}: {}", source.name(), name, e.toString());
      return new Attempt(
          source,
          Optional.of(e instanceof Explained explained ? explained.message() : e.toString()));
    }
  }
}
