package org.dxos.dmg.solver;

import static org.dxos.dmg.select.MemoryCatalog.link;
import static org.dxos.dmg.select.MemoryCatalog.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
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

/** Small random registries, each solved by trying every set of releases as well. */
class BruteForceTest {

  private static final int REGISTRIES = 4000;
  private static final List<String> NAMES =
      List.of("org.own/module/a", "org.own/module/b", "org.own/module/c", "com.other/module/d");
  private static final List<String> VERSIONS = List.of("0.1.0", "0.2.0", "1.0.0", "1.1.0", "2.0.0");
  private static final List<String> RANGES =
      List.of("*", "^1", "^0.1", ">=1", "1.0.0", "~1.0", "<2.0.0", "^0.1 || ^2");
  private static final Name API = Name.parse("org.own/api/x");
  private static final List<String> API_VERSIONS = List.of("1.0.0", "1.1.0", "2.0.0");

  private final Random random = new Random(20_260_101);

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
    int releases = 4 + random.nextInt(6);
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
      catalog.add(one);
    }
    if (random.nextInt(3) == 0) {
      catalog.add(record(API.toString(), "1.0.0").providers(List.of("com.other")));
    }
    return catalog;
  }

  private List<Root> roots() {
    List<Root> roots = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      Alternative one = alternative();
      Root root =
          new Root(
              one.name(), link(one.name().authority().base()), one.range(), one.range().toString());
      if (!roots.contains(root)) {
        roots.add(root);
      }
    }
    return roots;
  }

  @Test
  void theSolverFindsASetExactlyWhereThereIsOneAndTheNewestForItsRoots(TestReporter reporter) {
    int solvable = 0;
    for (int i = 0; i < REGISTRIES; i++) {
      MemoryCatalog catalog = registry();
      List<Root> roots = roots();
      Optional<Target> target =
          random.nextInt(3) == 0 ? Optional.of(Target.parse("nodejs")) : Optional.empty();
      String what = "registry " + i + ": " + catalog.all() + " roots " + roots;
      Optional<List<Version>> best = best(catalog, roots, target);
      switch (Solver.solve(catalog, roots, target)) {
        case Resolution.Solved solved -> {
          List<Release> set = solved.chosen().stream().map(Chosen::release).toList();
          assertTrue(valid(set, catalog, roots, target), what);
          assertTrue(best.isPresent(), what);
          assertEquals(best.get(), newest(set, roots), what);
          for (Chosen one : solved.chosen()) {
            assertTrue(set.containsAll(one.needs()), what);
            assertEquals(variant(one.release(), target).isPresent(), true, what);
          }
          solvable++;
        }
        case Resolution.Unsolvable no -> {
          assertFalse(best.isPresent(), what);
          assertFalse(no.facts().isEmpty(), what);
        }
      }
    }
    reporter.publishEntry("registries", REGISTRIES + ", solvable " + solvable);
    // A generator that makes only one kind tests nothing.
    assertTrue(solvable > REGISTRIES / 5 && solvable < REGISTRIES * 4 / 5, "solvable " + solvable);
  }

  private static Optional<List<Version>> best(
      MemoryCatalog catalog, List<Root> roots, Optional<Target> target) {
    List<Release> all =
        catalog.all().stream().filter(one -> variant(one, target).isPresent()).toList();
    Optional<List<Version>> best = Optional.empty();
    for (int bits = 1; bits < 1 << all.size(); bits++) {
      int set = bits;
      List<Release> releases =
          IntStream.range(0, all.size())
              .filter(i -> (set >> i & 1) == 1)
              .mapToObj(all::get)
              .toList();
      if (valid(releases, catalog, roots, target)) {
        List<Version> newest = newest(releases, roots);
        if (best.isEmpty() || compare(newest, best.get()) > 0) {
          best = Optional.of(newest);
        }
      }
    }
    return best;
  }

  private static Optional<Integer> variant(Release release, Optional<Target> target) {
    if (target.isEmpty() || release.module().runtimes().isEmpty()) {
      return Optional.of(0);
    }
    boolean fits =
        release.module().runtimes().stream().anyMatch(one -> one.runtime() == Runtime.NODEJS);
    return fits ? Optional.of(0) : Optional.empty();
  }

  private static int compare(List<Version> a, List<Version> b) {
    for (int i = 0; i < a.size(); i++) {
      if (!a.get(i).equals(b.get(i))) {
        return a.get(i).compareTo(b.get(i));
      }
    }
    return 0;
  }

  /** For each root that is no API the newest version in the set that is one of it. */
  private static List<Version> newest(List<Release> set, List<Root> roots) {
    return roots.stream()
        .filter(root -> root.name().kind() != Kind.API)
        .map(
            root ->
                set.stream()
                    .filter(one -> one.name().equals(root.name()))
                    .map(Release::version)
                    .filter(root.range()::contains)
                    .max(Comparator.naturalOrder())
                    .orElseThrow())
        .toList();
  }

  /** One a line; some choice of a provider for each line of the API meets everything. */
  private static boolean valid(
      List<Release> set, MemoryCatalog catalog, List<Root> roots, Optional<Target> target) {
    Set<String> lines = new HashSet<>();
    for (Release one : set) {
      if (!lines.add(one.name() + " " + one.version().line()) || variant(one, target).isEmpty()) {
        return false;
      }
    }
    Map<String, List<Release>> providers = new TreeMap<>();
    for (Release one : set) {
      Provided provided = one.module().provides().get(API);
      if (provided != null) {
        providers.computeIfAbsent(provided.version().line(), _ -> new ArrayList<>()).add(one);
      }
    }
    return assigned(set, catalog, roots, List.copyOf(providers.values()), new HashMap<>(), 0);
  }

  private static boolean assigned(
      List<Release> set,
      MemoryCatalog catalog,
      List<Root> roots,
      List<List<Release>> lines,
      Map<Integer, Release> choice,
      int at) {
    if (at == lines.size()) {
      return meets(set, catalog, roots, choice.values());
    }
    for (Release one : lines.get(at)) {
      choice.put(at, one);
      if (assigned(set, catalog, roots, lines, choice, at + 1)) {
        return true;
      }
    }
    choice.remove(at);
    return false;
  }

  private static boolean meets(
      List<Release> set,
      MemoryCatalog catalog,
      List<Root> roots,
      java.util.Collection<Release> providers) {
    for (Root root : roots) {
      if (!met(
          new Alternative(root.name(), root.range(), Optional.empty()),
          set,
          catalog,
          roots,
          providers)) {
        return false;
      }
    }
    for (Release release : set) {
      for (Dependency dependency : release.module().dependencies()) {
        if (!dependency.optional()
            && dependency.alternatives().stream()
                .noneMatch(one -> met(one, set, catalog, roots, providers))) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean met(
      Alternative wanted,
      List<Release> set,
      MemoryCatalog catalog,
      List<Root> roots,
      java.util.Collection<Release> providers) {
    if (wanted.name().kind() != Kind.API) {
      return set.stream()
          .anyMatch(
              one -> one.name().equals(wanted.name()) && wanted.range().contains(one.version()));
    }
    boolean listed = catalog.all().stream().anyMatch(one -> one.name().equals(API));
    return providers.stream()
        .filter(
            one ->
                one.name().authority().base().equals("org.own")
                    || listed
                    || wanted.provider().equals(Optional.of(one.name()))
                    || roots.stream()
                        .anyMatch(
                            root ->
                                root.name().equals(one.name())
                                    && root.range().contains(one.version())))
        .anyMatch(
            one -> {
              Provided provided = one.module().provides().get(API);
              return provided != null && wanted.range().contains(provided.version());
            });
  }
}
