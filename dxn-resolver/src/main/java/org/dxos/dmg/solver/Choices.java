package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.explain.Choice;
import org.dxos.dmg.explain.Fact;
import org.dxos.dmg.explain.LeftOut;
import org.dxos.dmg.explain.Wanted;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.solver.Requirement.Option;
import org.dxos.dmg.solver.Slot.Place;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/** Why it is these versions: looked up where a fact says it, solved again where none does. */
final class Choices {

  /** Questions asked again: each costs what the first did. */
  private static final int MAX_ASKED_AGAIN = 25;

  private final Catalog catalog;
  private final Question question;
  private final Universe universe;
  private final List<Place> chosen;
  private final Map<Place, List<Fact>> by = new LinkedHashMap<>();
  private int askedAgain;

  Choices(Catalog catalog, Question question, Universe universe, List<Place> chosen) {
    this.catalog = catalog;
    this.question = question;
    this.universe = universe;
    this.chosen = chosen;
    chosen.forEach(place -> by.put(place, new ArrayList<>()));
  }

  List<Choice> all() {
    for (Requirement root : universe.roots(new ArrayList<>())) {
      meets(root, new Fact.Asked(root.wanted));
    }
    for (Place place : chosen) {
      Release release = place.slot().release(place.value());
      for (Requirement requirement : universe.requirements(place.slot(), place.value())) {
        meets(
            requirement,
            new Fact.Requires(
                release.name(), release.genesis(), List.of(release.version()), requirement.wanted));
      }
    }
    return chosen.stream().map(this::choice).toList();
  }

  private void meets(Requirement requirement, Fact fact) {
    for (Option option : requirement.options) {
      Slot slot = option.slot();
      if (slot.decided != Slot.NONE && option.values().has(slot.decided)) {
        Place place =
            slot.subject instanceof Slot.Api
                ? universe.place(slot.release(slot.decided))
                : new Place(slot, slot.decided);
        List<Fact> facts = by.get(place);
        if (facts != null) {
          facts.add(fact);
        }
      }
    }
  }

  private Choice choice(Place place) {
    Release release = place.slot().release(place.value());
    List<Fact> facts = by.getOrDefault(place, List.of());
    List<LeftOut> strangers =
        facts.stream()
            .flatMap(fact -> fact.wanted().parts().stream())
            .flatMap(part -> part.leftOut().stream())
            .filter(LeftOut.Stranger.class::isInstance)
            .distinct()
            .toList();
    return new Choice(release.name(), release.version(), facts, reason(release, facts), strangers);
  }

  private Choice.Reason reason(Release release, List<Fact> facts) {
    Optional<Release> newest =
        catalog.releases(release.name(), release.genesis()).stream()
            .filter(one -> one.version().compareTo(release.version()) > 0)
            .filter(one -> !one.version().isPrerelease() || release.version().isPrerelease())
            .max(java.util.Comparator.comparing(Release::version));
    if (newest.isEmpty()) {
      return new Choice.Newest();
    }
    Version newer = newest.get().version();
    if (question.held().contains(release.envelope())) {
      return new Choice.Kept(newer);
    }
    Optional<LeftOut> cannot =
        parts(facts)
            .flatMap(part -> part.leftOut().stream())
            .filter(one -> one.name().equals(release.name()) && one.version().equals(newer))
            .findFirst();
    if (cannot.isPresent()) {
      return new Choice.CannotBe(cannot.get());
    }
    List<Fact> holding = facts.stream().filter(fact -> !has(fact, newest.get())).toList();
    if (!holding.isEmpty()) {
      return holding.stream().allMatch(Choices::isOfApis)
          ? new Choice.ProvidesBetter(newer)
          : new Choice.Held(newer, holding);
    }
    return askAgain(newest.get());
  }

  private static Stream<Wanted.Part> parts(List<Fact> facts) {
    return facts.stream().flatMap(fact -> fact.wanted().parts().stream());
  }

  private static boolean isOfApis(Fact fact) {
    return fact.wanted().parts().stream().allMatch(part -> part.name().kind() == Kind.API);
  }

  private static boolean has(Fact fact, Release release) {
    return fact.wanted().parts().stream()
        .flatMap(part -> part.fits().stream())
        .anyMatch(
            fit -> fit.name().equals(release.name()) && fit.version().equals(release.version()));
  }

  /** Asks for the newer one as well, to see what it would take. */
  private Choice.Reason askAgain(Release newer) {
    if (++askedAgain > MAX_ASKED_AGAIN) {
      return new Choice.Yields(newer.version(), reference(chosen.getFirst()));
    }
    List<Root> roots = new ArrayList<>(question.roots());
    Range exact = Range.exactly(newer.version());
    roots.add(new Root(newer.name(), newer.genesis(), exact, exact.toString()));
    Question other = question.with(roots);
    Universe again = new Universe(catalog, other);
    Search search = new Search(again);
    Optional<Incompatibility> failed = search.run();
    if (failed.isPresent()) {
      return new Choice.NoSolution(newer.version(), Report.of(failed.get(), question.rule()));
    }
    Map<String, Boolean> there = new HashMap<>();
    search.chosen().forEach(place -> there.put(reference(place), true));
    String instead =
        chosen.stream()
            .map(Choices::reference)
            .filter(one -> !there.containsKey(one))
            .findFirst()
            .orElseGet(() -> reference(chosen.getFirst()));
    return new Choice.Yields(newer.version(), instead);
  }

  private static String reference(Place place) {
    Release release = place.slot().release(place.value());
    return release.name() + "@" + release.version();
  }
}
