package org.dxos.dmg.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What domains said lately: who asks for an authority, and who binds its name a moment later, ask
 * the network once, and so do many who ask for one name at a time. Nobody waits longer than {@link
 * #PATIENCE} after the first of them, whatever the domain does. Safe for many threads.
 */
public final class RecentProofs implements NameProof {

  /** For one domain. */
  public static final Duration PATIENCE = NetLookups.TOTAL;

  /** How long an answer is taken for the present one. */
  private static final Duration LIFE = Duration.ofSeconds(20);

  private static final int MOST = 1_000;

  /** Domains that are asked at a time, a thread each. */
  private static final int AT_ONCE = 64;

  private final NameProof proof;
  private final InstantSource clock;
  private final ThreadFactory threads;
  private final Duration patience;

  /** Guarded by this, as is {@code underWay}. */
  private final Map<String, Said> said = new LinkedHashMap<>();

  private final Map<String, Asking> underWay = new HashMap<>();

  private record Said(Answer answer, Instant at) {}

  /**
   * @param until {@link System#nanoTime} after which nobody waits
   */
  private record Asking(CompletableFuture<Answer> answer, long until) {}

  public RecentProofs(NameProof proof, InstantSource clock, ThreadFactory threads) {
    this(proof, clock, threads, PATIENCE);
  }

  RecentProofs(NameProof proof, InstantSource clock, ThreadFactory threads, Duration patience) {
    this.proof = proof;
    this.clock = clock;
    this.threads = threads;
    this.patience = patience;
  }

  @Override
  public Answer ask(String authority) {
    Asking asking;
    synchronized (this) {
      Optional<Answer> lately = lately(authority);
      if (lately.isPresent()) {
        return lately.get();
      }
      Optional<Asking> running = Optional.ofNullable(underWay.get(authority));
      if (running.isEmpty() && underWay.size() >= AT_ONCE) {
        return new Answer.Silent(AT_ONCE + " other domains are being asked; ask again in a while");
      }
      asking = running.orElseGet(() -> begin(authority));
    }
    return await(asking);
  }

  /** Called with the lock. */
  private Asking begin(String authority) {
    Asking asking = new Asking(new CompletableFuture<>(), System.nanoTime() + patience.toNanos());
    threads.newThread(() -> run(authority, asking)).start();
    underWay.put(authority, asking);
    return asking;
  }

  private void run(String authority, Asking asking) {
    Optional<Answer> answer = Optional.empty();
    Throwable failure = new IllegalStateException("asking failed");
    try {
      answer = Optional.of(proof.ask(authority));
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      synchronized (this) {
        underWay.remove(authority);
        answer.ifPresent(one -> remember(authority, one));
      }
      if (answer.isPresent()) {
        asking.answer().complete(answer.get());
      } else {
        asking.answer().completeExceptionally(failure);
      }
    }
  }

  private void remember(String authority, Answer answer) {
    said.remove(authority);
    said.put(authority, new Said(answer, clock.instant()));
    if (said.size() > MOST) {
      said.remove(said.keySet().iterator().next());
    }
  }

  private Answer await(Asking asking) {
    try {
      long left = Math.max(0, asking.until() - System.nanoTime());
      return asking.answer().get(left, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new Answer.Silent("its domain said nothing within " + patience.toSeconds() + " s");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Silent("the node is being stopped");
    }
  }

  private Optional<Answer> lately(String authority) {
    Said one = said.get(authority);
    if (one == null) {
      return Optional.empty();
    }
    Duration age = Duration.between(one.at(), clock.instant());
    return age.isNegative() || age.compareTo(LIFE) >= 0
        ? Optional.empty()
        : Optional.of(one.answer());
  }
}
