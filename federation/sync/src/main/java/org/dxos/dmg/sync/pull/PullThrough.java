package org.dxos.dmg.sync.pull;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.sync.replica.Holder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks elsewhere for authorities that are asked for and not held.
 *
 * <p>Many who ask for one share one search. Threads: callers wait for a search at most as long as
 * {@link Limits#hold}; each search runs on a thread of the executor, and one more a source that is
 * asked. {@code searches} has those under way, by name or id; nothing is locked while somebody is
 * asked.
 */
public final class PullThrough {

  private static final Logger LOG = LoggerFactory.getLogger(PullThrough.class);

  /** Sources that are asked whether they know something newer than the first one gave. */
  private static final int SECOND_OPINIONS = 2;

  /** For news of what came from no linked node: not asked for again within that. */
  private static final Duration FRESH = Duration.ofMinutes(1);

  /** For claims to a name: who says nothing for that long is not waited for. */
  private static final int CLAIM_STAGGERS = 4;

  /** Not remembered: a moment later somebody may be connected. */
  private static final Answer.Nowhere UNCONNECTED =
      new Answer.Nowhere("no linked node is connected");

  private final Holder holder;
  private final Directions directions;
  private final Places places;
  private final Executor threads;
  private final Limits limits;
  private final Misses misses;
  private final Misses freshened;
  private final Budget strangers;
  private final Counts counts = new Counts();
  private final Map<String, CompletableFuture<Answer>> searches = new ConcurrentHashMap<>();

  /** Who can be asked, and what is remembered of where something came from. */
  public interface Places {

    /** Linked nodes that are connected and from which something is taken. */
    List<Source> linked();

    /**
     * The node at an address that a domain told.
     *
     * @throws org.dxos.dmg.sync.wire.SyncException if it may not be dialled, or is no address
     */
    Source at(String address);

    /** An authority came from a source: news of it are wanted from now on. */
    void came(String name, Cid id, Source source);
  }

  private static final class Counts {
    private final AtomicLong searches = new AtomicLong();
    private final AtomicLong found = new AtomicLong();
    private final AtomicLong missed = new AtomicLong();
    private final AtomicLong remembered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
  }

  /**
   * Figures since the start.
   *
   * @param searches that were begun
   * @param found of them that brought something
   * @param missed of them that did not
   * @param remembered questions that were answered from what was missed lately
   * @param refused questions that were not looked into, as there were too many
   */
  public record Figures(long searches, long found, long missed, long remembered, long refused) {}

  public PullThrough(
      Holder holder,
      Directions directions,
      Places places,
      Executor threads,
      InstantSource clock,
      Limits limits) {
    this.holder = holder;
    this.directions = directions;
    this.places = places;
    this.threads = threads;
    this.limits = limits;
    this.misses = new Misses(limits.misses(), limits.missed(), clock);
    this.freshened = new Misses(limits.misses(), FRESH, clock);
    this.strangers = new Budget(limits.strangers(), limits.perMinute(), clock);
  }

  public Figures figures() {
    return new Figures(
        counts.searches.get(),
        counts.found.get(),
        counts.missed.get(),
        counts.remembered.get(),
        counts.refused.get());
  }

  /**
   * What is looked for.
   *
   * @param name without {@code ~id}
   * @param id if one claim to the name is meant, whatever the name means
   */
  public record Wanted(String name, Optional<Cid> id) {

    private String key() {
      return id.map(one -> name + "~" + one).orElse(name);
    }
  }

  /** True if it is looked for just now: what is held of it may not be all. */
  public boolean isUnderWay(Wanted wanted) {
    return searches.containsKey(wanted.key());
  }

  /**
   * Looks for authorities, all at once.
   *
   * @param stranger whether somebody asks who has no business with this node: there is a budget for
   *     all of them together
   * @param hold how long to wait for all of them; what is not found then is still looked for
   * @return of each what came of it
   */
  public List<Answer> find(List<Wanted> wanted, boolean stranger, Duration hold) {
    List<CompletableFuture<Answer>> asked =
        wanted.stream().map(one -> find(one, stranger)).toList();
    long until = System.nanoTime() + hold.toNanos();
    return asked.stream().map(one -> await(one, until - System.nanoTime())).toList();
  }

  private CompletableFuture<Answer> find(Wanted wanted, boolean stranger) {
    if (directions.reach() == Directions.Reach.OFF) {
      return nowhere("nobody else is asked, as `pullThrough` is off");
    }
    if (!holder.admits(wanted.name())) {
      return nowhere("the policy does not let it in");
    }
    String key = wanted.key();
    CompletableFuture<Answer> running = searches.get(key);
    if (running != null) {
      return running;
    }
    Optional<String> missed = misses.why(key);
    if (missed.isPresent()) {
      counts.remembered.incrementAndGet();
      return nowhere(missed.get());
    }
    if (searches.size() >= limits.searches() || (stranger && !strangers.take())) {
      counts.refused.incrementAndGet();
      return nowhere("too much is looked for already to look for this one now");
    }
    return begin(
        key,
        () ->
            wanted.id().map(id -> fetch(wanted.name(), id)).orElseGet(() -> meant(wanted.name())));
  }

  private static CompletableFuture<Answer> nowhere(String why) {
    return CompletableFuture.completedFuture(new Answer.Nowhere(why));
  }

  /** News of an authority that came from no linked node, without waiting for them. */
  public void freshen(String name, Cid id) {
    String key = new Wanted(name, Optional.of(id)).key();
    if (directions.reach() == Directions.Reach.ANYONE
        && searches.size() < limits.searches()
        && freshened.why(key).isEmpty()) {
      freshened.remember(key, "asked for");
      begin(key, () -> fetch(name, id));
    }
  }

  private CompletableFuture<Answer> begin(String key, Supplier<Answer> work) {
    CompletableFuture<Answer> mine = new CompletableFuture<>();
    CompletableFuture<Answer> other = searches.putIfAbsent(key, mine);
    if (other != null) {
      return other;
    }
    try {
      threads.execute(() -> end(key, mine, work));
    } catch (RejectedExecutionException e) {
      searches.remove(key, mine);
      mine.complete(new Answer.Nowhere("the node is being stopped"));
    }
    return mine;
  }

  /** What was missed is remembered before the search is over: no second one begins in between. */
  private void end(String key, CompletableFuture<Answer> mine, Supplier<Answer> work) {
    Answer answer = new Answer.Nowhere("looking for it failed");
    try {
      answer = work.get();
    } catch (RuntimeException e) {
      if (!(e instanceof Explained) && !(e instanceof RejectedExecutionException)) {
        LOG.error("look for {}", key, e);
      }
      answer = new Answer.Nowhere(e instanceof Explained one ? one.message() : e.toString());
    } finally {
      if (answer instanceof Answer.Nowhere nowhere && !nowhere.equals(UNCONNECTED)) {
        misses.remember(key, nowhere.why());
      }
      searches.remove(key, mine);
      mine.complete(answer);
    }
  }

  private Answer await(CompletableFuture<Answer> running, long nanos) {
    try {
      return running.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new Answer.Nowhere("it is still looked for; ask again in a while");
    } catch (ExecutionException e) {
      return new Answer.Nowhere(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Nowhere("the node is being stopped");
    }
  }

  // ---- one search, on a thread of its own ----

  private Answer meant(String name) {
    if (linked().isEmpty() && directions.reach() == Directions.Reach.PEERS) {
      return UNCONNECTED; // before a domain is asked, which takes a while
    }
    return switch (directions.meaning(name)) {
      case Directions.Meaning.Is is -> shared(name, is.id());
      case Directions.Meaning.Nobody nobody -> new Answer.Nowhere(nobody.why());
      case Directions.Meaning.Anyone _ -> claimed(name);
    };
  }

  /** The search for an id, which somebody else may have begun. */
  private Answer shared(String name, Cid id) {
    return begin(new Wanted(name, Optional.of(id)).key(), () -> fetch(name, id)).join();
  }

  /** By first use: what linked nodes hold under a name, if they agree. */
  private Answer claimed(String name) {
    List<Source> linked = linked();
    List<CompletableFuture<List<Cid>>> asked = new ArrayList<>();
    Cid root = holder.tree().root();
    for (Source source : linked) {
      CompletableFuture<List<Cid>> answer = new CompletableFuture<>();
      asked.add(answer);
      threads.execute(
          () -> {
            try {
              answer.complete(Claims.of(source.remote(), root, name));
            } catch (IOException | RuntimeException e) {
              LOG.debug("ask {} who is {}: {}", source.name(), name, e.toString());
              answer.complete(List.of());
            }
          });
    }
    Set<Cid> ids = new LinkedHashSet<>();
    long until = System.nanoTime() + CLAIM_STAGGERS * limits.stagger().toNanos();
    for (CompletableFuture<List<Cid>> one : asked) {
      ids.addAll(
          one.completeOnTimeout(
                  List.of(), Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)
              .join());
    }
    if (ids.size() > 1) {
      return new Answer.Nowhere(
          "linked nodes hold %d authorities of that name: pin the one that is meant"
              .formatted(ids.size()));
    }
    if (ids.size() == 1) {
      return shared(name, ids.iterator().next());
    }
    return directions.reach() == Directions.Reach.ANYONE
        ? directions
            .domain(name)
            .map(domain -> shared(name, domain.id()))
            .orElseGet(() -> nobody(linked.size()))
        : nobody(linked.size());
  }

  private static Answer nobody(int asked) {
    return switch (asked) {
      case 0 -> UNCONNECTED;
      case 1 -> new Answer.Nowhere("the linked node does not have it");
      default -> new Answer.Nowhere("none of " + asked + " linked nodes has it");
    };
  }

  private List<Source> linked() {
    return places.linked().stream().limit(limits.sources()).toList();
  }

  private Answer fetch(String name, Cid id) {
    counts.searches.incrementAndGet();
    Answer answer = new Answer.Nowhere("looking for it failed");
    try {
      answer = search(name, id);
      return answer;
    } finally {
      (answer instanceof Answer.Held ? counts.found : counts.missed).incrementAndGet();
    }
  }

  private Answer search(String name, Cid id) {
    long until = System.nanoTime() + limits.search().toNanos();
    Search search = new Search(holder, threads, name, id);
    List<String> faults = new ArrayList<>();
    List<Source> linked = linked();
    try {
      Optional<Source> giver = search.ask(linked, limits.stagger(), until, faults);
      if (giver.isEmpty() && directions.reach() == Directions.Reach.ANYONE) {
        giver = search.ask(named(name, id, faults), limits.stagger(), until, faults);
      }
      if (giver.isEmpty() && holder.authority(id).isPresent()) {
        giver = linked.stream().findFirst(); // a part of it came; who has the rest is asked later
      }
      giver.ifPresent(one -> came(search, name, id, one, linked));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (holder.authority(id).isPresent()) {
      return new Answer.Held(id);
    }
    return faults.isEmpty() ? nobody(linked.size()) : new Answer.Nowhere(String.join("; ", faults));
  }

  /** The node that the domain of a name names for this very authority. */
  private List<Source> named(String name, Cid id, List<String> faults) {
    try {
      return directions
          .domain(name)
          .filter(domain -> domain.id().equals(id))
          .flatMap(Directions.Domain::node)
          .map(places::at)
          .map(List::of)
          .orElse(List.of());
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        faults.add(explained.message());
        return List.of();
      }
      throw e;
    }
  }

  /** Who gave it may have kept newer heads back: others are asked, for whom nobody waits. */
  private void came(Search search, String name, Cid id, Source giver, List<Source> linked) {
    places.came(name, id, giver);
    List<Source> others = search.others(linked).stream().limit(SECOND_OPINIONS).toList();
    if (!others.isEmpty()) {
      threads.execute(() -> others.forEach(search::attempt));
    }
  }

  /** How long a request may be held up by one search. */
  public Duration hold() {
    return limits.hold();
  }
}
