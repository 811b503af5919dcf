package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.record.ModuleRecord;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Debian's own packages, and the closures that others computed for them. */
class DebianCorpusTest {

  private static final int SOLVED = 100;

  @Test
  void everyClosureHasItsKnownSize(@TempDir Path home, TestReporter reporter) throws IOException {
    DebianPackages packages = DebianPackages.read(corpus("debian-small.jsonl.gz"));
    assertEquals(2_000, packages.size());
    Map<String, Integer> known = closures();
    World world = World.real();
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      Publisher publisher =
          new Publisher(registry, new KeyRing(home, world.random()), world.clock());
      DebianImport imports = new DebianImport(packages);
      DebianImport.Report report = imports.publish(publisher, (_, _) -> {});
      assertEquals(2_000, report.published());
      assertEquals(0, report.unchanged());
      assertEquals(0, report.unresolved());
      assertTrue(report.claimed().isPresent());

      DebianImport.Report again = new DebianImport(packages).publish(publisher, (_, _) -> {});
      assertEquals(2_000, again.unchanged());
      assertEquals(0, again.published());

      Map<String, Integer> expected = new TreeMap<>();
      Map<String, Integer> found = new TreeMap<>();
      Map<String, ModuleRecord> records = imports.records();
      long started = System.nanoTime();
      ModuleGraph graph = registry.modules();
      records.forEach(
          (name, record) -> {
            int release = graph.releases("org.debian", record.name().path())[0];
            expected.put(name, known.get(name));
            found.put(name, graph.closure(release).length);
          });
      reporter.publishEntry(
          "milliseconds of 2,000 static closures",
          String.valueOf((System.nanoTime() - started) / 1_000_000));
      assertEquals(2_000, found.size());
      assertEquals(expected, found);

      List<String> names = List.copyOf(found.keySet());
      for (int i = 0; i < SOLVED; i++) {
        String name = names.get(i * names.size() / SOLVED);
        String module = records.get(name).name().toString();
        int solved =
            registry
                .closure(ClosureRequest.of(module, Optional.empty()))
                .closure()
                .modules()
                .size();
        assertEquals(known.get(name), solved, name);
      }
      assertEquals(2_000, releases(registry));
    }
  }

  /** All of Debian takes a minute to publish: run with {@code -Ddmg.slow=true}. */
  @Test
  @EnabledIfSystemProperty(named = "dmg.slow", matches = "true")
  void everyClosureOfAllOfDebianHasItsKnownSize(@TempDir Path home, TestReporter reporter)
      throws IOException {
    Map<String, Integer> known = closures();
    DebianImport imports = new DebianImport(DebianPackages.read(corpus("debian.jsonl.gz")));
    World world = World.real();
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      imports.publish(
          new Publisher(registry, new KeyRing(home, world.random()), world.clock()), (_, _) -> {});
      ModuleGraph graph = registry.modules();
      Map<String, String> wrong = new TreeMap<>();
      long[] members = new long[1];
      long started = System.nanoTime();
      imports
          .records()
          .forEach(
              (name, record) -> {
                int release = graph.releases("org.debian", record.name().path())[0];
                int found = graph.closure(release).length;
                members[0] += found;
                if (known.get(name) != found) {
                  wrong.put(name, found + ", not " + known.get(name));
                }
              });
      reporter.publishEntry(
          "all of Debian",
          "%d closures, %d members, %d of another size, %d ms with the records made again"
              .formatted(
                  graph.size(),
                  members[0],
                  wrong.size(),
                  (System.nanoTime() - started) / 1_000_000));
      assertEquals(63_436, graph.size());
      assertEquals(63_436, known.size());
      assertEquals(Map.of(), wrong);
    }
  }

  @Test
  void notInstallableAreThoseThatASolverFinds() throws IOException {
    Path file = corpus("debian-uninstallable.json");
    Node json = Json.parse(Files.readAllBytes(file));
    List<String> expected =
        ((Node.Array) ((Node.Map) json).entries().get("uninstallable"))
            .items().stream()
                .map(item -> ((Node.Text) ((Node.Array) item).items().getFirst()).value())
                .toList();
    DebianImport imports = new DebianImport(DebianPackages.read(corpus("debian.jsonl.gz")));
    assertEquals(63_436, imports.size());
    assertEquals(expected, imports.notInstallable());
  }

  private static long releases(LocalRegistry registry) {
    String text =
        new String(
            registry
                .sparql("SELECT (COUNT(?r) AS ?n) WHERE { ?r a <urn:dmg:ns#Release> }", "text/csv")
                .body(),
            StandardCharsets.UTF_8);
    return Long.parseLong(text.lines().toList().get(1).strip());
  }

  /** Of two versions of a name the higher stands below. */
  private static Map<String, Integer> closures() throws IOException {
    Map<String, Integer> sizes = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(corpus("debian-closures.tsv.gz"))),
                StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .forEach(parts -> sizes.put(parts[0], Integer.parseInt(parts[2])));
    }
    return sizes;
  }

  private static Path corpus(String name) {
    String folder = System.getProperty("dmg.testdata", "");
    Path file = Path.of(folder, "corpora", name);
    Assumptions.assumeTrue(!folder.isBlank() && Files.exists(file), "no test data: " + file);
    return file;
  }
}
