package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.explain.Fact;
import org.dxos.dmg.explain.Wanted;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Providers;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.solver.Incompatibility.Leaf;
import org.dxos.dmg.solver.Incompatibility.Meaning;
import org.dxos.dmg.solver.Requirement.Alternative;
import org.dxos.dmg.solver.Requirement.Option;
import org.dxos.dmg.solver.Slot.Place;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;

/**
 * The question and the registry as slots and incompatibilities, made as search comes to them: a
 * name that no decision leads to is never read.
 */
final class Universe {

  private final Catalog catalog;
  private final Question question;
  private final Candidates candidates;
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Cid, Place> places = new HashMap<>();
  private final Map<ApiLine, Slot> apis = new HashMap<>();
  private final Map<Integer, Requirement> requirements = new HashMap<>();
  private final Map<List<Alternative>, Integer> numbers = new HashMap<>();
  private final List<List<Alternative>> numbered = new ArrayList<>();
  private final Map<Slot, int[][]> wants = new HashMap<>();
  private final Map<Slot, Map<Integer, Optional<Incompatibility>>> dependencies = new HashMap<>();
  private final Map<Place, List<Incompatibility>> links = new HashMap<>();

  /** Incompatibilities that came with a requirement, and are not yet part of the search. */
  private final List<Incompatibility> fresh = new ArrayList<>();

  private record ApiLine(String path, Cid genesis, String line) {}

  Universe(Catalog catalog, Question question) {
    this.catalog = catalog;
    this.question = question;
    this.candidates = new Candidates(catalog, question);
  }

  /** The roots, and for each that it has to be met. */
  List<Requirement> roots(List<Incompatibility> asked) {
    List<Requirement> roots = new ArrayList<>();
    for (Root root : question.roots()) {
      Requirement requirement =
          requirement(
              List.of(
                  new Alternative(
                      root.name(), Optional.of(root.genesis()), root.range(), Optional.empty())));
      roots.add(requirement);
      asked.add(
          unmet(requirement)
              .map(
                  term ->
                      Incompatibility.of(
                          term.slot(), term.set(), new Leaf(new Fact.Asked(requirement.wanted))))
              .orElseGet(
                  () ->
                      new Incompatibility(
                          new Slot[0], new Bits[0], new Leaf(new Fact.Asked(requirement.wanted)))));
    }
    return roots;
  }

  private record Term(Slot slot, Bits set) {}

  /** The term that a requirement is not met; empty if it never is. */
  private static Optional<Term> unmet(Requirement requirement) {
    if (requirement.choice.isPresent()) {
      Slot choice = requirement.choice.get();
      return Optional.of(new Term(choice, choice.only(Slot.NONE)));
    }
    return requirement.options.stream()
        .findFirst()
        .map(option -> new Term(option.slot(), option.slot().not(option.values())));
  }

  /** What came with requirements since this was last asked. */
  List<Incompatibility> takeFresh() {
    List<Incompatibility> taken = List.copyOf(fresh);
    fresh.clear();
    return taken;
  }

  /** What a value requires, in the record's order; nothing for a provider of an API. */
  List<Requirement> requirements(Slot slot, int value) {
    return slot.subject instanceof Slot.Module
        ? Arrays.stream(wants(slot)[value - 1]).mapToObj(this::requirement).toList()
        : List.of();
  }

  /** What follows from a value; stated for every value of the slot of which it is as true. */
  List<Incompatibility> following(Slot slot, int value) {
    return switch (slot.subject) {
      case Slot.Choice _ -> List.of();
      case Slot.Api _ ->
          links.computeIfAbsent(
              new Place(slot, value),
              _ -> {
                Place place = place(slot.release(value));
                return List.of(
                    Incompatibility.of(
                        slot,
                        slot.only(value),
                        place.slot(),
                        place.slot().not(place.slot().only(place.value())),
                        new Meaning()));
              });
      case Slot.Module module -> {
        List<Incompatibility> all = new ArrayList<>();
        Map<Integer, Optional<Incompatibility>> known =
            dependencies.computeIfAbsent(slot, _ -> new HashMap<>());
        for (int wanted : wants(slot)[value - 1]) {
          Optional<Incompatibility> one = known.get(wanted);
          if (one == null) {
            one = dependency(slot, module, wanted);
            known.put(wanted, one);
          }
          one.ifPresent(all::add);
        }
        yield all;
      }
    };
  }

  private Optional<Incompatibility> dependency(Slot slot, Slot.Module module, int wanted) {
    Requirement requirement = requirement(wanted);
    int[][] all = wants(slot);
    int[] who = new int[all.length];
    int count = 0;
    List<Version> versions = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      if (has(all[i], all[i].length, wanted)) {
        who[count++] = i + 1;
        versions.add(module.releases().get(i).version());
      }
    }
    Leaf origin =
        new Leaf(new Fact.Requires(module.name(), module.genesis(), versions, requirement.wanted));
    Bits by = Bits.of(slot.size, Arrays.copyOf(who, count));
    Optional<Term> unmet = unmet(requirement);
    if (unmet.isEmpty()) {
      return Optional.of(Incompatibility.of(slot, by, origin));
    }
    if (unmet.get().slot() == slot) {
      // It requires its own module: what meets that by being there needs no more.
      Bits not = by.and(unmet.get().set());
      return not.isEmpty() ? Optional.empty() : Optional.of(Incompatibility.of(slot, not, origin));
    }
    return Optional.of(Incompatibility.of(slot, by, unmet.get().slot(), unmet.get().set(), origin));
  }

  /**
   * For each release of a slot the numbers of what it requires; nothing is looked up for it yet.
   */
  private int[][] wants(Slot slot) {
    int[][] known = wants.get(slot);
    if (known != null) {
      return known;
    }
    List<Release> releases = ((Slot.Module) slot.subject).releases();
    int[][] all = new int[releases.size()][];
    for (int i = 0; i < all.length; i++) {
      Release release = releases.get(i);
      List<Dependency> dependencies = release.module().dependencies();
      int[] of = new int[dependencies.size()];
      int count = 0;
      for (Dependency dependency : dependencies) {
        if (!dependency.optional()) {
          int number = number(alternatives(release, dependency));
          if (!has(of, count, number)) {
            of[count++] = number;
          }
        }
      }
      all[i] = Arrays.copyOf(of, count);
    }
    wants.put(slot, all);
    return all;
  }

  private static boolean has(int[] numbers, int count, int number) {
    for (int i = 0; i < count; i++) {
      if (numbers[i] == number) {
        return true;
      }
    }
    return false;
  }

  /** Equal requirements have one number, so that they are compared in full only once. */
  private int number(List<Alternative> wanted) {
    Integer known = numbers.get(wanted);
    if (known != null) {
      return known;
    }
    numbers.put(wanted, numbered.size());
    numbered.add(wanted);
    return numbered.size() - 1;
  }

  static List<Alternative> alternatives(Release release, Dependency dependency) {
    return switch (dependency) {
      case Dependency.One one ->
          List.of(alternative(release, one.name(), one.range(), one.provider()));
      case Dependency.AnyOf anyOf -> {
        List<Alternative> all = new ArrayList<>();
        for (Dependency.Alternative one : anyOf.alternatives()) {
          all.add(alternative(release, one.name(), one.range(), one.provider()));
        }
        yield List.copyOf(all);
      }
    };
  }

  private static Alternative alternative(
      Release release, Name name, Range range, Optional<Name> provider) {
    return new Alternative(
        name,
        release.idOf(name),
        range,
        provider.flatMap(one -> release.idOf(one).map(id -> new Providers.Named(one, id))));
  }

  Requirement requirement(List<Alternative> alternatives) {
    return requirement(number(alternatives));
  }

  private Requirement requirement(int number) {
    Requirement known = requirements.get(number);
    if (known == null) {
      known = made(numbered.get(number));
      requirements.put(number, known);
    }
    return known;
  }

  private Requirement made(List<Alternative> alternatives) {
    List<Wanted.Part> parts = new ArrayList<>();
    List<Option> options = new ArrayList<>();
    for (Alternative alternative : alternatives) {
      Candidates.Found found = candidates.of(alternative);
      parts.add(found.part());
      options.addAll(
          alternative.name().kind() == Kind.API
              ? apiOptions(alternative, found.releases())
              : options(found.releases()));
    }
    Wanted wanted = new Wanted(parts);
    Optional<Slot> choice = Optional.empty();
    if (options.size() > 1 && !isOneSlot(options)) {
      choice = Optional.of(slot(new Slot.Choice(wanted, List.copyOf(options)), options.size()));
    } else if (options.size() > 1) {
      options = List.of(joined(options));
    }
    Requirement made = new Requirement(wanted, List.copyOf(options), choice);
    for (int i = 0; choice.isPresent() && i < options.size(); i++) {
      Option option = options.get(i);
      fresh.add(
          Incompatibility.of(
              choice.get(),
              choice.get().only(i + 1),
              option.slot(),
              option.slot().not(option.values()),
              new Meaning()));
    }
    return made;
  }

  private static boolean isOneSlot(List<Option> options) {
    return options.stream().allMatch(one -> one.slot() == options.getFirst().slot());
  }

  private static Option joined(List<Option> options) {
    Slot slot = options.getFirst().slot();
    int[] order =
        options.stream().flatMapToInt(one -> Arrays.stream(one.order())).distinct().toArray();
    return new Option(slot, Bits.of(slot.size, order), order);
  }

  /** An option a slot, newest slot first. */
  private List<Option> options(List<Release> releases) {
    Map<Slot, List<Integer>> bySlot = new LinkedHashMap<>();
    for (Release release : releases) {
      Place place = place(release);
      bySlot.computeIfAbsent(place.slot(), _ -> new ArrayList<>()).add(place.value());
    }
    List<Option> options = new ArrayList<>();
    bySlot.forEach(
        (slot, values) -> {
          int[] order = values.stream().mapToInt(Integer::intValue).toArray();
          options.add(new Option(slot, Bits.of(slot.size, order), order));
        });
    return options;
  }

  /** An option a provider: who is best does not follow the lines of the API. */
  private List<Option> apiOptions(Alternative wanted, List<Release> providers) {
    List<Option> options = new ArrayList<>();
    for (Release provider : providers) {
      Slot slot = api(wanted.name(), provider, wanted.genesis().orElseThrow());
      int value = ((Slot.Api) slot.subject).releases().indexOf(provider) + 1;
      options.add(new Option(slot, slot.only(value), new int[] {value}));
    }
    return options;
  }

  private Slot api(Name name, Release provider, Cid genesis) {
    String line = Candidates.provided(provider, name, genesis).line();
    return apis.computeIfAbsent(
        new ApiLine(name.path(), genesis, line),
        _ -> {
          List<Release> all =
              catalog.providers(name, genesis).stream()
                  .filter(one -> Candidates.provided(one, name, genesis).line().equals(line))
                  .toList();
          return slot(new Slot.Api(name, genesis, line, all), all.size());
        });
  }

  /** Where a release has its place; all of its module get theirs at once. */
  Place place(Release release) {
    Place known = places.get(release.envelope());
    if (known != null) {
      return known;
    }
    Map<String, List<Release>> rooms = new LinkedHashMap<>();
    catalog.releases(release.name(), release.genesis()).stream()
        .sorted(
            java.util.Comparator.comparing(Release::version)
                .reversed()
                .thenComparing(Release::envelope))
        .forEach(
            one ->
                rooms
                    .computeIfAbsent(question.rule().room(one.version()), _ -> new ArrayList<>())
                    .add(one));
    rooms.forEach(
        (room, releases) -> {
          Slot slot =
              slot(
                  new Slot.Module(release.name(), release.genesis(), room, releases),
                  releases.size());
          for (int i = 0; i < releases.size(); i++) {
            places.put(releases.get(i).envelope(), new Place(slot, i + 1));
          }
        });
    return Optional.ofNullable(places.get(release.envelope())).orElseThrow();
  }

  private Slot slot(Slot.Subject subject, int values) {
    Slot slot = new Slot(slots.size(), subject, values);
    slots.add(slot);
    return slot;
  }
}
