package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.explain.Choice;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Requirement.Option;
import org.dxos.dmg.solver.Slot.Place;

/**
 * Solves a question over a catalog: complete, and the same answer for the same question and
 * catalog, in whatever order releases arrived.
 */
public final class Solver {

  private Solver() {}

  /** Solves by the rule of one version a line, of whatever age. */
  public static Resolution solve(Catalog catalog, List<Root> roots, Optional<Target> target) {
    return solve(catalog, Question.of(roots).on(target));
  }

  /**
   * Finds releases that answer {@code question}.
   *
   * @throws SolverException if the search was given up
   */
  public static Resolution solve(Catalog catalog, Question question) {
    Universe universe = new Universe(catalog, question);
    Search search = new Search(universe);
    Optional<Incompatibility> failed = search.run();
    return failed
        .<Resolution>map(one -> new Resolution.Unsolvable(Report.of(one, question.rule())))
        .orElseGet(() -> new Resolution.Solved(chosen(universe, question, search.chosen())));
  }

  /**
   * Why the answer to {@code question} is the one it is: for each release, in the order in which
   * they were decided, what it is there for and why it is none newer. Empty if there is no
   * solution; {@link #solve} says why then.
   *
   * @throws SolverException if the search was given up
   */
  public static List<Choice> choices(Catalog catalog, Question question) {
    Universe universe = new Universe(catalog, question);
    Search search = new Search(universe);
    return search.run().isPresent()
        ? List.of()
        : new Choices(catalog, question, universe, search.chosen()).all();
  }

  private static List<Chosen> chosen(Universe universe, Question question, List<Place> places) {
    Map<Cid, Release> here = new HashMap<>();
    places.forEach(
        place -> {
          Release release = place.slot().release(place.value());
          here.put(release.envelope(), release);
        });
    List<Chosen> chosen = new ArrayList<>();
    for (Place place : places) {
      Release release = place.slot().release(place.value());
      Set<Release> needs = new LinkedHashSet<>();
      for (Dependency dependency : release.module().dependencies()) {
        needs(universe, release, dependency, here).ifPresent(needs::add);
      }
      chosen.add(new Chosen(release, variant(release, question.target()), List.copyOf(needs)));
    }
    return chosen;
  }

  /**
   * What is here for a dependency; for an optional one as well, if it happens to be. A provider
   * that was decided for a line of an API goes before any other that could be.
   */
  private static Optional<Release> needs(
      Universe universe, Release release, Dependency dependency, Map<Cid, Release> here) {
    List<Option> options = universe.requirement(Universe.alternatives(release, dependency)).options;
    for (Option option : options) {
      Slot slot = option.slot();
      if (slot.decided != Slot.NONE && option.values().has(slot.decided)) {
        return Optional.of(slot.release(slot.decided));
      }
    }
    for (Option option : options) {
      if (option.slot().subject instanceof Slot.Api && option.slot().decided == Slot.NONE) {
        for (int value : option.order()) {
          Release provider = option.slot().release(value);
          if (here.containsKey(provider.envelope())) {
            return Optional.of(provider);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static OptionalInt variant(Release release, Optional<Target> target) {
    if (release.module().runtimes().isEmpty()) {
      return OptionalInt.empty();
    }
    return target.isPresent() ? target.get().variant(release.module()) : OptionalInt.of(0);
  }
}
