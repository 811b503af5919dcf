package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dxos.dmg.closure.StaticClosure;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The graph of arrays says what the definition says that walks the catalog, whatever was published,
 * yanked and withdrawn in whatever order, and after a restart.
 */
class ModuleGraphTest {

  private static final List<String> AUTHORITIES = List.of("com.one", "com.two");
  private static final List<String> RANGES =
      List.of("*", "^1", "^2", "~1.1", ">=1.1.0 <2", "1.0.0");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void graphIsWhatTheDefinitionSays(long seed, @TempDir Path home) {
    Random random = new Random(seed);
    Path keys = home.resolve("keys-of-publisher");
    for (int start = 0; start < 2; start++) {
      try (LocalRegistry registry = LocalRegistry.open(home, World.real())) {
        requireSame(registry);
        Publisher publisher =
            new Publisher(registry, new KeyRing(keys, new Random(7)), World.real().clock());
        if (start == 0) {
          AUTHORITIES.forEach(publisher::claim);
        }
        for (int step = 0; step < 12; step++) {
          for (int i = 0; i < 4; i++) {
            publisher.publish(PreparedModule.of(module(random)));
          }
          say(random, registry, publisher);
          requireSame(registry);
        }
      }
    }
  }

  /** Publishing the same twice changes nothing, so random names may meet. */
  private static ModuleRecord module(Random random) {
    String authority = AUTHORITIES.get(random.nextInt(2));
    boolean api = random.nextInt(6) == 0;
    String path = api ? "api/a" + random.nextInt(3) : "module/m" + random.nextInt(8);
    // Unique by its patch, so that no two differ in anything but the name and version.
    Version version =
        Version.parse("%d.%d.%d".formatted(1 + random.nextInt(2), random.nextInt(2), serial++));
    ModuleRecord.Builder record = ModuleRecord.named(Name.parse(authority + "/" + path), version);
    for (int i = random.nextInt(4); i > 0; i--) {
      record.dependency(dependency(random));
    }
    if (api) {
      if (random.nextBoolean()) {
        record.providers(AUTHORITIES);
      }
    } else if (random.nextInt(3) == 0) {
      record.provides(
          new TreeMap<>(
              java.util.Map.of(
                  Name.parse(AUTHORITIES.get(random.nextInt(2)) + "/api/a" + random.nextInt(3)),
                  new Provided(
                      Version.parse((1 + random.nextInt(2)) + ".1.0"), Optional.empty()))));
    }
    if (path.equals("module/m1") && authority.equals("com.one")) {
      record.function(FunctionEntry.of(Name.parse("com.one/function/carried")));
    }
    return record.build();
  }

  private static int serial;

  private static Dependency dependency(Random random) {
    boolean optional = random.nextInt(8) == 0;
    if (random.nextInt(4) == 0) {
      return new Dependency.AnyOf(List.of(alternative(random), alternative(random)), optional);
    }
    Dependency.Alternative one = alternative(random);
    return new Dependency.One(one.name(), one.range(), one.provider(), optional);
  }

  private static Dependency.Alternative alternative(Random random) {
    String authority = AUTHORITIES.get(random.nextInt(2));
    Range range = Range.parse(RANGES.get(random.nextInt(RANGES.size())));
    int kind = random.nextInt(10);
    if (kind == 0) {
      return new Dependency.Alternative(
          Name.parse("com.one/function/carried"), range, Optional.empty());
    }
    if (kind < 4) {
      return new Dependency.Alternative(
          Name.parse(authority + "/api/a" + random.nextInt(3)),
          range,
          random.nextInt(3) == 0
              ? Optional.of(
                  Name.parse(AUTHORITIES.get(random.nextInt(2)) + "/module/m" + random.nextInt(8)))
              : Optional.empty());
    }
    return new Dependency.Alternative(
        Name.parse(authority + "/module/m" + random.nextInt(8)), range, Optional.empty());
  }

  private static void say(Random random, LocalRegistry registry, Publisher publisher) {
    ModuleGraph graph = registry.modules();
    int release = random.nextInt(graph.size());
    Name name = Name.parse(graph.release(release).name());
    String version = graph.release(release).version().toString();
    if (graph.yanked(release)) {
      if (!graph.unavailable(release)) {
        publisher.say(name, new Statement.Unyank(version));
      }
      return;
    }
    publisher.say(
        name,
        random.nextInt(3) == 0
            ? new Statement.Withdraw(version, "wrong")
            : new Statement.Yank(version, "wrong"));
  }

  private static void requireSame(LocalRegistry registry) {
    ModuleGraph graph = registry.modules();
    Catalog catalog = registry.catalog();
    TreeMap<String, Set<String>> leadTo = new TreeMap<>();
    for (int release = 0; release < graph.size(); release++) {
      Release same = catalog.byCid(graph.release(release).envelope()).orElseThrow();
      List<String> wanted =
          StaticClosure.of(catalog, same).stream().map(ModuleGraphTest::text).toList();
      assertEquals(wanted, texts(graph, graph.closure(release)), text(same));
      StaticClosure.dependencies(catalog, same)
          .forEach(to -> leadTo.computeIfAbsent(text(to), _ -> new TreeSet<>()).add(text(same)));
      assertEquals(same.yanked(), graph.yanked(release));
      assertEquals(same.unavailable(), graph.unavailable(release));
    }
    for (int release = 0; release < graph.size(); release++) {
      String text = graph.release(release).toString();
      assertEquals(
          leadTo.getOrDefault(text, Set.of()),
          new TreeSet<>(texts(graph, graph.directDependents(release))),
          text);
      int wanted = release;
      assertEquals(
          IntStream.range(0, graph.size())
              .filter(one -> reaches(graph, one, wanted))
              .boxed()
              .collect(Collectors.toSet()),
          Arrays.stream(graph.dependents(release)).boxed().collect(Collectors.toSet()),
          text);
    }
  }

  /** Over one edge at least. */
  private static boolean reaches(ModuleGraph graph, int from, int to) {
    return Arrays.stream(graph.dependencies(from))
        .anyMatch(next -> Arrays.stream(graph.closure(next)).anyMatch(one -> one == to));
  }

  private static List<String> texts(ModuleGraph graph, int[] releases) {
    return Arrays.stream(releases).mapToObj(one -> graph.release(one).toString()).toList();
  }

  private static String text(Release release) {
    return release.name() + "@" + release.version();
  }

  @Test
  void aNameHasThoseThatChoseItAsDependents(@TempDir Path home) {
    try (LocalRegistry registry = LocalRegistry.open(home, World.real())) {
      Publisher publisher =
          new Publisher(registry, new KeyRing(home, new Random(7)), World.real().clock());
      publisher.publish(PreparedModule.of(record("com.one/module/leaf").build()));
      publisher.publish(
          PreparedModule.of(
              record("com.one/module/provider")
                  .provides(
                      new TreeMap<>(
                          java.util.Map.of(
                              Name.parse("com.one/api/a"),
                              new Provided(Version.parse("1.0.0"), Optional.empty()))))
                  .build()));
      publisher.publish(
          PreparedModule.of(
              record("com.one/module/asks")
                  .dependency(
                      new Dependency.AnyOf(
                          List.of(any("com.one/api/a"), any("com.one/module/leaf")), false))
                  .build()));
      publisher.publish(
          PreparedModule.of(
              record("com.one/module/top").dependency(one("com.one/module/asks")).build()));
      ModuleGraph graph = registry.modules();
      assertEquals(
          List.of("com.one/module/asks@1.0.0", "com.one/module/top@1.0.0"),
          texts(graph, graph.dependents("com.one", "api/a")));
      assertEquals(
          List.of("com.one/module/asks@1.0.0"),
          texts(graph, graph.directDependents("com.one", "api/a")));
      assertEquals(List.of(), texts(graph, graph.dependents("com.one", "module/leaf")));
      assertEquals(List.of(), texts(graph, graph.dependents("com.nobody", "module/leaf")));
      assertArrayEquals(new int[0], graph.releases("com.one", "module/none"));

      assertEquals(
          List.of("dxn://com.one/module/asks@1.0.0", "dxn://com.one/module/provider@1.0.0"),
          rows(registry, "<dxn://com.one/module/top@1.0.0> dmg:closure ?x"));
      assertEquals(
          List.of("dxn://com.one/module/asks@1.0.0", "dxn://com.one/module/top@1.0.0"),
          rows(registry, "?x dmg:closure <dxn://com.one/module/provider@1.0.0>"));
      assertEquals(
          List.of("dxn://com.one/module/asks@1.0.0", "dxn://com.one/module/top@1.0.0"),
          rows(registry, "<dxn://com.one/module/provider> dmg:dependents ?x"));
      assertEquals(
          List.of("dxn://com.one/module/asks", "dxn://com.one/module/provider"),
          rows(registry, "?x dmg:dependents <dxn://com.one/module/top@1.0.0>"));
      assertEquals(
          List.of("dxn://com.one/module/asks@1.0.0"),
          rows(
              registry,
              "?x dmg:version '1.0.0' . ?x dmg:dependsOn ?any . ?x dmg:closure"
                  + " <dxn://com.one/module/provider@1.0.0>"
                  + " FILTER(CONTAINS(STR(?x), 'asks'))"));
      assertEquals(List.of(), rows(registry, "<dxn://com.one/module/none@1.0.0> dmg:closure ?x"));
      assertEquals(List.of(), rows(registry, "'text' dmg:closure ?x"));
      String refused =
          org.junit.jupiter.api.Assertions.assertThrows(
                  org.dxos.dmg.graph.GraphException.class,
                  () -> rows(registry, "?y dmg:closure ?x"))
              .message();
      assertTrue(refused.contains("neither end"), refused);
    }
  }

  @Test
  void aSavedGraphThatDoesNotFitIsMadeAnew(@TempDir Path home) throws Exception {
    List<ModuleRecord> many = new ArrayList<>();
    for (int i = 0; i < 1_100; i++) {
      many.add(record("com.one/module/m" + i).dependency(one("com.one/module/m0")).build());
    }
    Path file = home.resolve("modules");
    try (LocalRegistry registry = LocalRegistry.open(home, World.real())) {
      new Publisher(registry, new KeyRing(home, new Random(7)), World.real().clock())
          .publishAll("com.one", many, PreparedModule::of, (_, _) -> {});
      assertEquals(1_100, registry.modules().dependents("com.one", "module/m0").length);
    }
    byte[] saved = Files.readAllBytes(file);
    for (int at : new int[] {0, 100, saved.length / 2, saved.length - 1}) {
      byte[] flipped = saved.clone();
      flipped[at] ^= 1;
      requireServed(home, file, flipped);
    }
    requireServed(home, file, Arrays.copyOf(saved, saved.length / 2));
    requireServed(home, file, new byte[0]);
    requireServed(home, file, saved);
  }

  private static void requireServed(Path home, Path file, byte[] content) throws Exception {
    Files.write(file, content);
    try (LocalRegistry registry = LocalRegistry.open(home, World.real())) {
      assertEquals(1_100, registry.modules().dependents("com.one", "module/m0").length);
    }
  }

  private static ModuleRecord.Builder record(String name) {
    return ModuleRecord.named(Name.parse(name), Version.parse("1.0.0"));
  }

  private static Dependency.Alternative any(String name) {
    return new Dependency.Alternative(Name.parse(name), Range.ANY, Optional.empty());
  }

  private static Dependency one(String name) {
    return new Dependency.One(Name.parse(name), Range.ANY, Optional.empty(), false);
  }

  private static List<String> rows(LocalRegistry registry, String pattern) {
    String query =
        "PREFIX dmg: <urn:dmg:ns#> SELECT DISTINCT ?x WHERE { " + pattern + " } ORDER BY ?x";
    return new String(registry.sparql(query, "text/csv").body(), StandardCharsets.UTF_8)
        .lines()
        .skip(1)
        .toList();
  }
}
