package org.dxos.dmg.jmh;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.Notices;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.solver.Chosen;
import org.dxos.dmg.solver.Question;
import org.dxos.dmg.solver.Resolution;
import org.dxos.dmg.solver.Root;
import org.dxos.dmg.solver.Rule;
import org.dxos.dmg.solver.Solver;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Questions over a registry of 150 modules with 12 versions each, whose ranges are mostly wide and
 * sometimes narrow: one that is solved, and one that is not and is explained.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class ResolverBench {

  private static final int MODULES = 150;
  private static final int VERSIONS = 12;

  private final Made registry = new Made();
  private final Question solved =
      Question.of(List.of(root("m149", "*"), root("m148", "^1"), root("m140", "*")));
  private final Question unsolvable =
      Question.of(List.of(root("m149", "*"), root("m0", "1.0.0"), root("m0", "1.11.0")))
          .by(Rule.NAME);

  /** Every module asked for, so that all 150 are chosen. */
  private final Question all =
      Question.of(IntStream.range(0, MODULES).mapToObj(i -> root("m" + i, "*")).toList());

  private final List<Chosen> chosen = chosen(Solver.solve(registry, all));

  private static List<Chosen> chosen(Resolution resolution) {
    if (resolution instanceof Resolution.Solved solved && solved.chosen().size() == MODULES) {
      return solved.chosen();
    }
    throw new IllegalStateException("expected a solution of " + MODULES + ": " + resolution);
  }

  private static Name name(String local) {
    return Name.parse("org.bench/module/" + local);
  }

  private static Root root(String local, String range) {
    return new Root(name(local), Made.GENESIS, Range.parse(range), range);
  }

  @Benchmark
  public Resolution solve() {
    return Solver.solve(registry, solved);
  }

  /** All 150 modules. */
  @Benchmark
  public Resolution solveAll() {
    return Solver.solve(registry, all);
  }

  /** What was chosen of all 150 as a block, with its CID. */
  @Benchmark
  public Cid closure() {
    return Closure.of(all.roots(), Optional.empty(), chosen).cid();
  }

  @Benchmark
  public Resolution explainFailure() {
    return Solver.solve(registry, unsolvable);
  }

  /** The registry: module n needs up to five of lower numbers. */
  private static final class Made implements Catalog {
    private static final Cid GENESIS = link("genesis");

    private final Map<String, List<Release>> releases = new HashMap<>();

    private Made() {
      Random random = new Random(7);
      for (int module = 0; module < MODULES; module++) {
        List<Release> all = new ArrayList<>();
        for (int minor = 0; minor < VERSIONS; minor++) {
          all.add(release(module, minor, random));
        }
        all.sort(Comparator.comparing(Release::version).reversed());
        releases.put(all.getFirst().name().path(), List.copyOf(all));
      }
    }

    private static Release release(int module, int minor, Random random) {
      Version version = new Version(1, minor, 0, List.of());
      ModuleRecord.Builder record = ModuleRecord.named(ResolverBench.name("m" + module), version);
      for (int i = 0; module > 0 && i < 5; i++) {
        String range = random.nextInt(8) == 0 ? "~1." + random.nextInt(VERSIONS) : "^1";
        record.dependency(
            new Dependency.One(
                ResolverBench.name("m" + random.nextInt(module)),
                Range.parse(range),
                Optional.empty(),
                false));
      }
      ModuleRecord made = record.build();
      String reference = made.name() + "@" + version;
      return new Release(
          made.name(),
          GENESIS,
          version,
          link("envelope " + reference),
          link("record " + reference),
          made,
          Map.of(),
          Notices.NONE,
          0);
    }

    private static Cid link(String text) {
      return Cid.of(Cid.DAG_CBOR, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Optional<Cid> authority(String name) {
      return Optional.of(GENESIS);
    }

    @Override
    public List<Release> releases(Name name, Cid genesis) {
      return releases.getOrDefault(name.path(), List.of());
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
