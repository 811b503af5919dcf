package org.dxos.dmg.node;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.dxos.dmg.admission.Registrar;
import org.dxos.dmg.api.Caller;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.UnsatisfiableException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Authority;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.sync.pull.Answer;
import org.dxos.dmg.sync.pull.PullThrough;
import org.dxos.dmg.verdict.AuthorityView;

/**
 * Brings authorities that a question is about and that are not held, before it is answered. Safe
 * for many threads.
 */
final class Elsewhere {

  /** Of one question: a closure over more has to be asked for in parts. */
  static final int MAX_AUTHORITIES = 64;

  /** Of them; others may ask at the same time. */
  private static final int AT_ONCE = 8;

  /** How long one question may be held up, whatever it leads to; one search is shorter. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String NOT_FOUND = "it was not found elsewhere either";

  private final Registrar registrar;
  private final Optional<PullThrough> pull;
  private final Predicate<Cid> tellsNoNews;

  /** A home that asks nobody. */
  Elsewhere(Registrar registrar) {
    this.registrar = registrar;
    this.pull = Optional.empty();
    this.tellsNoNews = _ -> false;
  }

  /**
   * @param tellsNoNews true for an authority that came from a node which will not tell what is new
   */
  Elsewhere(Registrar registrar, PullThrough pull, Predicate<Cid> tellsNoNews) {
    this.registrar = registrar;
    this.pull = Optional.of(pull);
    this.tellsNoNews = tellsNoNews;
  }

  /** Brings what a name is under; why it could not be brought, if it is not held. */
  Optional<String> bring(Dxn dxn) {
    return dxn instanceof Dxn.Named named ? bring(named.name().authority()) : Optional.empty();
  }

  /** Brings an authority; why it could not be brought, if it is not held. */
  Optional<String> bring(Authority authority) {
    if (pull.isEmpty() || Registrar.isLocal(authority.base())) {
      return Optional.empty();
    }
    PullThrough.Wanted wanted = new PullThrough.Wanted(authority.base(), authority.claim());
    Optional<AuthorityView> held = held(wanted);
    if (held.isPresent() && !pull.get().isUnderWay(wanted)) {
      if (tellsNoNews.test(held.get().id())) {
        pull.get().freshen(authority.base(), held.get().id());
      }
      return Optional.empty();
    }
    List<Answer> answer = find(List.of(wanted), pull.get().hold());
    if (answer.getFirst() instanceof Answer.Held now) {
      bind(wanted, now.id());
    }
    // Whom this node asks, and what they say, is its operator's to know.
    return answer.getFirst() instanceof Answer.Nowhere nowhere && held.isEmpty()
        ? Optional.of(Caller.current().isStranger() ? NOT_FOUND : nowhere.why())
        : Optional.empty();
  }

  /** The policy says that the name means this one, which may have been held before without it. */
  private void bind(PullThrough.Wanted wanted, Cid id) {
    if (wanted.id().isEmpty() && registrar.authority(wanted.name()).isEmpty()) {
      registrar.bind(id);
    }
  }

  private Optional<AuthorityView> held(PullThrough.Wanted wanted) {
    return wanted
        .id()
        .map(id -> registrar.authority(id).filter(one -> one.name().equals(wanted.name())))
        .orElseGet(() -> registrar.authority(wanted.name()));
  }

  private List<Answer> find(List<PullThrough.Wanted> wanted, Duration hold) {
    Caller caller = Caller.current();
    return caller.waiting(() -> pull.orElseThrow().find(wanted, caller.isStranger(), hold));
  }

  /**
   * Answers from a catalog; as long as authorities were met that are not held, these are brought,
   * and it is answered anew from all that is held then. What is answered in the end is what a node
   * answers that held them all along.
   *
   * @param catalogs the catalog as of now
   */
  <T> T solve(Supplier<Held> catalogs, Function<Held, T> work) {
    Set<PullThrough.Wanted> asked = new LinkedHashSet<>();
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Held catalog = catalogs.get();
      Supplier<T> outcome = outcome(catalog, work);
      List<PullThrough.Wanted> lacking =
          pull.isEmpty()
              ? List.of()
              : catalog.lacking().stream()
                  .filter(one -> !Registrar.isLocal(one.name()) && !asked.contains(one))
                  .limit(Math.min(AT_ONCE, MAX_AUTHORITIES - asked.size()))
                  .toList();
      long left = until - System.nanoTime();
      if (lacking.isEmpty() || left <= 0) {
        return outcome.get();
      }
      asked.addAll(lacking);
      long hold = Math.min(left, pull.orElseThrow().hold().toNanos());
      List<Answer> answers = find(lacking, Duration.ofNanos(hold));
      for (int i = 0; i < lacking.size(); i++) {
        if (answers.get(i) instanceof Answer.Held now) {
          bind(lacking.get(i), now.id());
        }
      }
    }
  }

  private static <T> Supplier<T> outcome(Held catalog, Function<Held, T> work) {
    try {
      T answer = work.apply(catalog);
      return () -> answer;
    } catch (NotFoundException | UnsatisfiableException e) {
      return () -> {
        throw e;
      };
    }
  }

  /** Figures since the start, if this home asks others. */
  Optional<Node.Map> status() {
    return pull.map(PullThrough::figures)
        .map(
            one ->
                new MapBuilder()
                    .put("searches", one.searches())
                    .put("found", one.found())
                    .put("missed", one.missed())
                    .put("remembered", one.remembered())
                    .put("refused", one.refused())
                    .build());
  }
}
