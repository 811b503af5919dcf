package org.dxos.dmg.solver;

import static java.util.stream.Collectors.toSet;
import static org.dxos.dmg.select.MemoryCatalog.link;
import static org.dxos.dmg.select.MemoryCatalog.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.explain.Derivation;
import org.dxos.dmg.explain.Explanation;
import org.dxos.dmg.explain.Fact;
import org.dxos.dmg.explain.Wanted;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.Dependency.Alternative;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.select.MemoryCatalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * Small random registries, each solved by trying every set of releases as well. Of every failure it
 * is checked that what the explanation rests on stands in the registry, leaves no choice by itself,
 * and could not be less.
 */
class BruteForceTest {

  /** More of them by {@code -Ddmg.registries=60000}. */
  private static final int REGISTRIES = Integer.getInteger("dmg.registries", 10_000);

  private static final List<String> NAMES =
      List.of("org.own/module/a", "org.own/module/b", "org.own/module/c", "com.other/module/d");
  private static final List<String> VERSIONS = List.of("0.1.0", "0.2.0", "1.0.0", "1.1.0", "2.0.0");
  private static final List<String> RANGES =
      List.of("*", "*", ">=0.1", "^1", "^0.1", ">=1", "1.0.0", "~1.0", "<2.0.0", "^0.1 || ^2");
  private static final Name API = Name.parse("org.own/api/x");
  private static final List<String> API_VERSIONS = List.of("1.0.0", "1.1.0", "2.0.0");

  /** The last moment at which releases were not too young, where age counts. */
  private static final long MOMENT = 100;

  private final Random random = new Random(20_260_101);

  /** A question over a registry, and all that says of it what is so. */
  private record Case(MemoryCatalog catalog, Question question) {

    List<Release> usable() {
      return catalog.all().stream().filter(this::runs).toList();
    }

    boolean runs(Release release) {
      return question.target().isEmpty()
          || release.module().runtimes().isEmpty()
          || release.module().runtimes().stream().anyMatch(one -> one.runtime() == Runtime.NODEJS);
    }

    String room(Release release) {
      return release.name() + (question.rule() == Rule.LINE ? release.version().line() : "");
    }

    private boolean isRoot(Release release, boolean exact) {
      return question.roots().stream()
          .anyMatch(
              root ->
                  root.name().equals(release.name())
                      && (exact
                          ? root.range().exact().equals(Optional.of(release.version()))
                          : root.range().contains(release.version())));
    }

    /** True if a release may be chosen for what is wanted of it. */
    boolean fits(Release release, Alternative wanted) {
      boolean api = wanted.name().kind() == Kind.API;
      Provided provided = release.module().provides().get(API);
      if (api ? provided == null : !release.name().equals(wanted.name())) {
        return false;
      }
      Version version = api && provided != null ? provided.version() : release.version();
      boolean exact = !api && wanted.range().exact().isPresent();
      boolean asked = isRoot(release, true);
      return wanted.range().contains(version)
          && runs(release)
          && release.notices().withdrawn().isEmpty()
          && (release.notices().yanked().isEmpty() || exact || asked)
          && (question.newest().isEmpty() || release.created() <= MOMENT || asked)
          && (!api || counts(release, wanted));
    }

    private boolean counts(Release release, Alternative wanted) {
      return release.name().authority().base().equals("org.own")
          || catalog.all().stream()
              .filter(one -> one.name().equals(API))
              .anyMatch(one -> !one.module().providers().isEmpty())
          || wanted.provider().equals(Optional.of(release.name()))
          || isRoot(release, false);
    }
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Alternative alternative() {
    if (random.nextInt(4) == 0) {
      Optional<Name> provider =
          random.nextInt(3) == 0 ? Optional.of(Name.parse(any(NAMES))) : Optional.empty();
      return new Alternative(API, Range.parse(any(RANGES)), provider);
    }
    return new Alternative(Name.parse(any(NAMES)), Range.parse(any(RANGES)), Optional.empty());
  }

  private Dependency dependency() {
    boolean optional = random.nextInt(6) == 0;
    if (random.nextInt(4) == 0) {
      return new Dependency.AnyOf(List.of(alternative(), alternative()), optional);
    }
    Alternative one = alternative();
    return new Dependency.One(one.name(), one.range(), one.provider(), optional);
  }

  private MemoryCatalog registry() {
    MemoryCatalog catalog = new MemoryCatalog();
    Set<String> made = new HashSet<>();
    int releases = 5 + random.nextInt(5);
    for (int i = 0; i < releases; i++) {
      String name = any(NAMES);
      String version = any(VERSIONS);
      if (!made.add(name + version)) {
        continue;
      }
      ModuleRecord.Builder one = record(name, version);
      for (int d = random.nextInt(3); d > 0; d--) {
        one.dependency(dependency());
      }
      if (random.nextInt(3) == 0) {
        one.provides(Map.of(API, new Provided(Version.parse(any(API_VERSIONS)), Optional.empty())));
      }
      if (random.nextInt(5) == 0) {
        one.runtime(
            SolverTest.variant(random.nextBoolean() ? Runtime.NODEJS : Runtime.PYTHON, "*"));
      }
      catalog.add(
          MemoryCatalog.noticed(
              MemoryCatalog.release(one.build(), random.nextInt(12) == 0),
              random.nextInt(30) == 0,
              random.nextInt(6) == 0 ? MOMENT + 1 : MOMENT));
    }
    if (random.nextInt(3) == 0) {
      catalog.add(record(API.toString(), "1.0.0").providers(List.of("com.other")));
    }
    return catalog;
  }

  private Case question() {
    List<Root> roots = new ArrayList<>();
    for (int i = random.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
      Alternative one = alternative();
      Root root =
          new Root(
              one.name(), link(one.name().authority().base()), one.range(), one.range().toString());
      if (!roots.contains(root)) {
        roots.add(root);
      }
    }
    return new Case(
        registry(),
        new Question(
            roots,
            random.nextInt(3) == 0 ? Optional.of(Target.parse("nodejs")) : Optional.empty(),
            random.nextBoolean() ? Rule.LINE : Rule.NAME,
            random.nextInt(3) == 0 ? OptionalLong.of(MOMENT) : OptionalLong.empty(),
            Set.of()));
  }

  @Test
  void theSolverFindsASetExactlyWhereThereIsOneAndTheNewestForItsRoots(TestReporter reporter) {
    int solvable = 0;
    int facts = 0;
    for (int i = 0; i < REGISTRIES; i++) {
      Case one = question();
      int number = i;
      Supplier<String> what =
          () -> "registry " + number + ": " + one.catalog().all() + " " + one.question();
      Optional<List<Version>> best = best(one);
      switch (Solver.solve(one.catalog(), one.question())) {
        case Resolution.Solved solved -> {
          List<Release> set = solved.chosen().stream().map(Chosen::release).toList();
          assertTrue(valid(one, set, requirements(one)), what);
          assertTrue(best.isPresent(), what);
          assertEquals(best.get(), newest(one, set), what);
          for (Chosen chosen : solved.chosen()) {
            assertTrue(set.containsAll(chosen.needs()), what);
          }
          solvable++;
        }
        case Resolution.Unsolvable no -> {
          assertFalse(best.isPresent(), what);
          checkExplanation(one, no.why(), what);
          facts += no.why().facts().size();
        }
      }
    }
    reporter.publishEntry(
        "registries",
        "%d, solvable %d, facts in explanations of the others %d"
            .formatted(REGISTRIES, solvable, facts));
    // A generator that makes only one kind tests nothing.
    assertTrue(solvable > REGISTRIES / 5 && solvable < REGISTRIES * 4 / 5, "solvable " + solvable);
  }

  @Test
  void theAnswerDoesNotDependOnTheOrderInWhichReleasesArrived() {
    for (int i = 0; i < REGISTRIES / 10; i++) {
      Case one = question();
      List<Release> shuffled = new ArrayList<>(one.catalog().all());
      Collections.shuffle(shuffled, random);
      MemoryCatalog other = new MemoryCatalog();
      shuffled.forEach(other::add);
      assertEquals(
          told(Solver.solve(one.catalog(), one.question())),
          told(Solver.solve(other, one.question())));
    }
  }

  private static String told(Resolution resolution) {
    return switch (resolution) {
      case Resolution.Solved solved -> solved.chosen().toString();
      case Resolution.Unsolvable no -> no.why().text();
    };
  }

  // What has to be met: by everything, or by a release that is there.

  /**
   * @param by empty for a root
   */
  private record Needed(Optional<Set<Release>> by, List<Alternative> alternatives) {}

  private static List<Needed> requirements(Case one) {
    List<Needed> all = new ArrayList<>();
    for (Root root : one.question().roots()) {
      all.add(new Needed(Optional.empty(), List.of(asked(root))));
    }
    for (Release release : one.catalog().all()) {
      for (Dependency dependency : release.module().dependencies()) {
        if (!dependency.optional()) {
          all.add(new Needed(Optional.of(Set.of(release)), dependency.alternatives()));
        }
      }
    }
    return all;
  }

  private static Alternative asked(Root root) {
    return new Alternative(root.name(), root.range(), Optional.empty());
  }

  /** Its facts stand in the registry; they leave no choice, and without any of them they would. */
  private static void checkExplanation(Case one, Explanation why, Supplier<String> what) {
    List<Needed> facts = new ArrayList<>();
    for (Fact fact : why.facts()) {
      List<Alternative> wanted =
          fact.wanted().parts().stream()
              .map(part -> new Alternative(part.name(), part.range(), part.provider()))
              .toList();
      for (Wanted.Part part : fact.wanted().parts()) {
        Alternative alternative = new Alternative(part.name(), part.range(), part.provider());
        Set<String> fits =
            part.fits().stream().map(fit -> fit.name() + "@" + fit.version()).collect(toSet());
        Set<String> oracle =
            one.catalog().all().stream()
                .filter(release -> one.fits(release, alternative))
                .map(release -> release.name() + "@" + release.version())
                .collect(toSet());
        assertEquals(oracle, fits, what);
      }
      facts.add(
          switch (fact) {
            case Fact.Asked _ -> {
              assertTrue(
                  one.question().roots().stream().anyMatch(r -> List.of(asked(r)).equals(wanted)),
                  what);
              yield new Needed(Optional.empty(), wanted);
            }
            case Fact.Requires requires -> {
              Set<Release> by =
                  one.catalog().all().stream()
                      .filter(release -> release.name().equals(requires.name()))
                      .filter(release -> requires.versions().contains(release.version()))
                      .collect(toSet());
              assertEquals(requires.versions().size(), by.size(), what);
              for (Release release : by) {
                assertTrue(
                    release.module().dependencies().stream()
                        .anyMatch(d -> !d.optional() && d.alternatives().equals(wanted)),
                    what);
              }
              yield new Needed(Optional.of(by), wanted);
            }
          });
    }
    assertFalse(satisfiable(one, facts), () -> why.text() + what.get());
    for (Needed left : facts) {
      List<Needed> rest = facts.stream().filter(other -> other != left).toList();
      assertTrue(satisfiable(one, rest), () -> "needless: " + left + " " + why.text() + what.get());
    }
    assertInstanceOf(Derivation.Follows.class, new Holder(why).end(), what);
    assertFalse(why.mends().isEmpty(), what);
  }

  /** A single fact without candidates is its own derivation. */
  private record Holder(Explanation why) {
    Derivation end() {
      return why.derivation() instanceof Derivation.Given given
          ? new Derivation.Follows(List.of(), List.of(given))
          : why.derivation();
    }
  }

  private static boolean satisfiable(Case one, List<Needed> requirements) {
    return sets(one).anyMatch(set -> valid(one, set, requirements));
  }

  private static Stream<List<Release>> sets(Case one) {
    List<Release> all = one.usable();
    return IntStream.range(0, 1 << all.size())
        .mapToObj(
            set ->
                IntStream.range(0, all.size())
                    .filter(i -> (set >> i & 1) == 1)
                    .mapToObj(all::get)
                    .toList());
  }

  private static Optional<List<Version>> best(Case one) {
    List<Needed> requirements = requirements(one);
    return sets(one)
        .filter(set -> valid(one, set, requirements))
        .map(set -> newest(one, set))
        .max(BruteForceTest::compare);
  }

  private static int compare(List<Version> a, List<Version> b) {
    for (int i = 0; i < a.size(); i++) {
      if (!a.get(i).equals(b.get(i))) {
        return a.get(i).compareTo(b.get(i));
      }
    }
    return 0;
  }

  /**
   * For each root the newest version in the set that is one of it; as far as the first that is an
   * API, which is met by the best provider, whatever that means for the roots after it.
   */
  private static List<Version> newest(Case one, List<Release> set) {
    return one.question().roots().stream()
        .takeWhile(root -> root.name().kind() != Kind.API)
        .map(
            root ->
                set.stream()
                    .filter(release -> one.fits(release, asked(root)))
                    .map(Release::version)
                    .max(Comparator.naturalOrder())
                    .orElseThrow())
        .toList();
  }

  /** One a room; some choice of a provider for each line of the API meets everything. */
  private static boolean valid(Case one, List<Release> set, List<Needed> requirements) {
    Set<String> rooms = new HashSet<>();
    Map<String, List<Release>> providers = new TreeMap<>();
    for (Release release : set) {
      if (!rooms.add(one.room(release))) {
        return false;
      }
      Provided provided = release.module().provides().get(API);
      if (provided != null) {
        providers.computeIfAbsent(provided.version().line(), _ -> new ArrayList<>()).add(release);
      }
    }
    return assigned(one, set, requirements, List.copyOf(providers.values()), new HashMap<>(), 0);
  }

  private static boolean assigned(
      Case one,
      List<Release> set,
      List<Needed> requirements,
      List<List<Release>> lines,
      Map<Integer, Release> choice,
      int at) {
    if (at == lines.size()) {
      return requirements.stream()
          .filter(
              needed -> needed.by().isEmpty() || needed.by().get().stream().anyMatch(set::contains))
          .allMatch(
              needed ->
                  needed.alternatives().stream()
                      .anyMatch(
                          wanted ->
                              (wanted.name().kind() == Kind.API ? choice.values() : set)
                                  .stream().anyMatch(release -> one.fits(release, wanted))));
    }
    for (Release release : lines.get(at)) {
      choice.put(at, release);
      if (assigned(one, set, requirements, lines, choice, at + 1)) {
        return true;
      }
    }
    choice.remove(at);
    return false;
  }
}
