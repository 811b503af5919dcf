package org.dxos.dmg.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.MemoryCatalog;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * The index of a real registry, and answers that two solvers of another kind (SAT, ASP) gave. Rule:
 * one version for a name and line.
 */
class KnownAnswersTest {

  private static final Path CORPORA = Path.of(System.getProperty("dmg.testdata", ""), "corpora");
  private static final String AUTHORITY = "io.crates/module/";
  private static final Cid GENESIS = MemoryCatalog.link("io.crates");

  /** How many answers are right: a change of the solver must not make it fewer. */
  private static final int RIGHT = 100;

  private record Answered(String root, boolean right, boolean gaveUp, long micros) {}

  @Test
  void whatIsSatisfiableAndTheNewestForItIsAsOthersFoundIt(TestReporter reporter)
      throws IOException {
    Path answers = CORPORA.resolve("known-answers-sample.json");
    Path corpus = CORPORA.resolve("crates-2019-11-10.jsonl.gz");
    assumeTrue(
        Files.exists(answers) && Files.exists(corpus),
        "no test data: set -Ddmg.testdata to the folder of `corpora`");
    Index index = Index.read(corpus);
    Node.Map crates =
        map(map(map(Json.parse(Files.readAllBytes(answers)), "corpora"), "crates-2019-11-10"));
    List<Answered> all = new ArrayList<>();
    for (Node one : ((Node.Array) crates.entries().get("roots")).items()) {
      all.add(ask(index, (Node.Map) one));
    }
    long right = all.stream().filter(Answered::right).count();
    List<Long> times = all.stream().map(Answered::micros).sorted().toList();
    String found =
        "%d of %d right, %d given up, median %d us, slowest %d us (%s), not right: %s"
            .formatted(
                right,
                all.size(),
                all.stream().filter(Answered::gaveUp).count(),
                times.get(times.size() / 2),
                times.getLast(),
                all.stream().max(Comparator.comparing(Answered::micros)).orElseThrow().root(),
                all.stream().filter(a -> !a.right()).map(Answered::root).toList());
    reporter.publishEntry("known answers", found);
    assertEquals(100, all.size());
    assertTrue(right >= RIGHT, found);
  }

  private static Node map(Node node, String field) {
    return Optional.ofNullable(((Node.Map) node).entries().get(field)).orElseThrow();
  }

  private static Node.Map map(Node node) {
    return (Node.Map) node;
  }

  private static Answered ask(Index index, Node.Map root) {
    String name = text(root, "name");
    Range range = Range.parse(text(root, "req"));
    Node.Map expected = map(map(root, "oneVersionPerLine"));
    boolean satisfiable = ((Node.Bool) map(expected, "satisfiable")).value();
    Name dxn = index.name(name).orElseThrow();
    long start = System.nanoTime();
    boolean right = false;
    boolean gaveUp = false;
    try {
      right =
          switch (Solver.solve(
              index, List.of(new Root(dxn, GENESIS, range, range.toString())), Optional.empty())) {
            case Resolution.Solved solved ->
                satisfiable
                    && solved
                        .chosen()
                        .getFirst()
                        .release()
                        .version()
                        .equals(Version.parse(text(expected, "newest").split("\\+")[0]));
            case Resolution.Unsolvable _ -> !satisfiable;
          };
    } catch (SolverException e) {
      gaveUp = true;
    }
    return new Answered(name + "@" + range, right, gaveUp, (System.nanoTime() - start) / 1000);
  }

  private static String text(Node map, String field) {
    return ((Node.Text) map(map, field)).value();
  }

  /** The lines of the index, made into releases when a name is asked for. */
  private static final class Index implements Catalog {
    private final Map<String, List<Node.Map>> lines = new TreeMap<>();
    private final Map<String, String> locals = new HashMap<>();
    private final Map<String, String> originals = new HashMap<>();
    private final Map<String, List<Release>> known = new HashMap<>();

    static Index read(Path corpus) throws IOException {
      Index index = new Index();
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(
                  new GZIPInputStream(Files.newInputStream(corpus)), StandardCharsets.UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          Node.Map one = (Node.Map) Json.parse(line.getBytes(StandardCharsets.UTF_8));
          index.lines.computeIfAbsent(text(one, "name"), _ -> new ArrayList<>()).add(one);
        }
      }
      for (String name : index.lines.keySet()) {
        String local = local(name);
        String free = local;
        for (int n = 2; index.originals.containsKey(free); n++) {
          free = local + "-" + n;
        }
        index.originals.put(free, name);
        index.locals.put(name, free);
      }
      return index;
    }

    private static String local(String name) {
      String text = name.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
      text = text.replaceAll("^-|-$", "");
      text = Character.isDigit(text.charAt(0)) ? "x-" + text : text;
      if (text.length() > 63) {
        byte[] hash = Cid.sha256(name.getBytes(StandardCharsets.UTF_8));
        text = text.substring(0, 54) + "-" + java.util.HexFormat.of().formatHex(hash, 0, 4);
      }
      return text;
    }

    Optional<Name> name(String original) {
      return Optional.ofNullable(locals.get(original)).map(local -> Name.parse(AUTHORITY + local));
    }

    @Override
    public List<Release> releases(Name name, Cid genesis) {
      return known.computeIfAbsent(name.local(), this::make);
    }

    private List<Release> make(String local) {
      Map<Version, Release> releases = new TreeMap<>(Comparator.reverseOrder());
      for (Node.Map line : lines.getOrDefault(originals.getOrDefault(local, ""), List.of())) {
        if (line.entries().containsKey("yanked")) {
          continue;
        }
        try {
          Version version = Version.parse(text(line, "version").split("\\+")[0]);
          ModuleRecord.Builder record = ModuleRecord.named(Name.parse(AUTHORITY + local), version);
          for (Node dependency : ((Node.Array) map(line, "deps")).items()) {
            if (!((Node.Map) dependency).entries().containsKey("optional")) {
              record.dependency(dependency((Node.Map) dependency));
            }
          }
          releases.put(version, MemoryCatalog.release(record.build(), false));
        } catch (FormatException e) {
          // Numbers of more than nine digits: 19 versions, which DMG does not take.
        }
      }
      return List.copyOf(releases.values());
    }

    private Dependency dependency(Node.Map one) {
      Name name =
          name(text(one, "name")).orElseGet(() -> Name.parse(AUTHORITY + "not-there-at-all"));
      return new Dependency.One(name, Range.parse(text(one, "req")), Optional.empty(), false);
    }

    @Override
    public Optional<Cid> authority(String name) {
      return Optional.of(GENESIS);
    }

    @Override
    public Optional<Version> tag(Name name, Cid genesis, String tag) {
      return Optional.empty();
    }

    @Override
    public List<Release> providers(Name api, Cid genesis) {
      return List.of();
    }

    @Override
    public Optional<Release> byCid(Cid cid) {
      return Optional.empty();
    }

    @Override
    public List<String> near(Name name) {
      return List.of();
    }
  }
}
