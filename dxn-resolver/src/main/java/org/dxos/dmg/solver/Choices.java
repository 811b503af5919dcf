package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
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
    return new Choice(
        release.name(),
        release.version(),
        facts,
        reasons(release, facts),
        ahead(release, facts),
        strangers,
        release.notices().warnings(release.name() + "@" + release.version()));
  }

  /** Of the newest that could stand in its place, of the newest of its line, and of all. */
  private List<Choice.Reason> reasons(Release release, List<Fact> facts) {
    List<Release> newer =
        catalog.releases(release.name(), release.genesis()).stream()
            .filter(one -> one.version().compareTo(release.version()) > 0)
            .filter(one -> !one.version().isPrerelease() || release.version().isPrerelease())
            .sorted(Comparator.comparing(Release::version).reversed())
            .toList();
    if (newer.isEmpty()) {
      return List.of(new Choice.Newest());
    }
    if (question.held().contains(release.envelope())) {
      return List.of(new Choice.Kept(newer.getFirst().version()));
    }
    Set<Release> told = new LinkedHashSet<>();
    newer.stream()
        .filter(one -> facts.stream().allMatch(fact -> has(fact, one)))
        .findFirst()
        .ifPresent(told::add);
    newer.stream()
        .filter(one -> one.version().line().equals(release.version().line()))
        .findFirst()
        .ifPresent(told::add);
    told.add(newer.getFirst());
    return told.stream()
        .sorted(Comparator.comparing(Release::version))
        .map(one -> reason(one, facts))
        .toList();
  }

  private Choice.Reason reason(Release newer, List<Fact> facts) {
    Optional<LeftOut> cannot =
        parts(facts)
            .flatMap(part -> part.leftOut().stream())
            .filter(one -> one.name().equals(newer.name()))
            .filter(one -> one.version().equals(newer.version()))
            .findFirst();
    if (cannot.isPresent()) {
      return new Choice.CannotBe(cannot.get());
    }
    List<Fact> holding = facts.stream().filter(fact -> !has(fact, newer)).toList();
    if (holding.isEmpty()) {
      return askAgain(newer);
    }
    return holding.stream().allMatch(Choices::isOfApis)
        ? new Choice.ProvidesBetter(newer.version())
        : new Choice.Held(newer.version(), holding);
  }

  /** For each API that it was chosen for the next best provider of another module. */
  private List<Choice.Ahead> ahead(Release release, List<Fact> facts) {
    List<Choice.Ahead> all = new ArrayList<>();
    parts(facts)
        .filter(part -> part.name().kind() == Kind.API && !part.fits().isEmpty())
        .filter(part -> isOf(part.fits().getFirst(), release))
        .forEach(
            part ->
                part.fits().stream()
                    .filter(fit -> !isOf(fit, release))
                    .findFirst()
                    .map(fit -> ahead(part, release, fit))
                    .filter(one -> !all.contains(one))
                    .ifPresent(all::add));
    return all;
  }

  private Choice.Ahead ahead(Wanted.Part part, Release release, Wanted.Candidate other) {
    Optional<Cid> owner = part.genesis();
    boolean named =
        part.provider().filter(one -> one.path().equals(release.name().path())).isPresent();
    boolean owned = owner.equals(Optional.of(release.genesis()));
    Choice.Place why =
        named
            ? Choice.Place.NAMED
            : owned && !owner.equals(Optional.of(other.genesis()))
                ? Choice.Place.OWNER
                : provided(part, release.name(), release.genesis(), release.version())
                        .equals(provided(part, other.name(), other.genesis(), other.version()))
                    ? Choice.Place.NAME
                    : Choice.Place.NEWER;
    return new Choice.Ahead(part.name(), other.name() + "@" + other.version(), why);
  }

  private Optional<Version> provided(Wanted.Part part, Name name, Cid genesis, Version version) {
    return catalog.releases(name, genesis).stream()
        .filter(one -> one.version().equals(version))
        .findFirst()
        .map(one -> Candidates.provided(one, part.name(), part.genesis().orElseThrow()));
  }

  private static boolean isOf(Wanted.Candidate fit, Release release) {
    return fit.name().equals(release.name()) && fit.genesis().equals(release.genesis());
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
      return new Choice.NotAsked(newer.version());
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
