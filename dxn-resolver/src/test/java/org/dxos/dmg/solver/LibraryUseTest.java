package org.dxos.dmg.solver;

import static org.dxos.dmg.select.MemoryCatalog.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.explain.Choice;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.MemoryCatalog;
import org.dxos.dmg.select.Notices;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;

/** The example of this module's README, as it stands there. */
class LibraryUseTest {

  // README: begin catalog
  record Listed(Cid id, List<Release> all) implements Catalog {

    /** A release of the authority {@code id}, which stands for a statement that nobody signed. */
    static Release release(Cid id, ModuleRecord record) {
      Cid cid = Cid.of(Cid.DAG_CBOR, record.encode());
      return new Release(
          record.name(), id, record.version(), cid, cid, record, Map.of(), Notices.NONE, 0);
    }

    @Override
    public Optional<Cid> authority(String name) {
      return Optional.of(id).filter(_ -> name.equals("org.a"));
    }

    @Override
    public List<Release> releases(Name name, Cid genesis) {
      return all.stream()
          .filter(one -> one.name().path().equals(name.path()) && one.genesis().equals(genesis))
          .sorted(Comparator.comparing(Release::version).reversed())
          .toList();
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
      return all.stream().filter(one -> one.envelope().equals(cid)).findFirst();
    }

    @Override
    public List<String> near(Name name) {
      return List.of();
    }
  }

  // README: end catalog

  private static List<String> lines(Catalog catalog, List<Dxn> asked) {
    List<String> lines = new ArrayList<>();
    // README: begin
    Roots roots = Roots.of(catalog, asked);
    if (!(roots instanceof Roots.Found found)) {
      return List.of("not there: " + roots);
    }
    Question question =
        Question.of(found.roots()).on(Optional.of(Target.parse("nodejs@20"))).by(Rule.LINE);
    switch (Solver.solve(catalog, question)) {
      case Resolution.Solved solved -> {
        Closure closure = Closure.of(question.roots(), question.target(), solved.chosen());
        closure.modules().forEach(module -> lines.add(module.reference()));
        for (Choice choice : Solver.choices(catalog, question)) {
          lines.addAll(choice.lines());
        }
      }
      case Resolution.Unsolvable no -> {
        lines.add(no.why().reason());
        no.why().facts().forEach(fact -> lines.add(fact.wanted().reference()));
        lines.addAll(no.why().mends());
      }
    }
    // README: end
    return lines;
  }

  @Test
  void theExampleOfTheReadmeRuns() {
    Catalog catalog =
        new MemoryCatalog()
            .add(
                record("org.a/module/a", "1.0.0")
                    .dependency(SolverTest.on("org.a/module/b", "~1.0")))
            .add(record("org.a/module/b", "1.0.0"))
            .add(record("org.a/module/b", "1.1.0"));
    assertEquals(
        List.of(
            "org.a/module/a@1.0.0",
            "org.a/module/b@1.0.0",
            "`org.a/module/a@1.0.0` is the newest",
            "  you asked for `org.a/module/a@1.0.0`",
            "`org.a/module/b@1.0.0`, not 1.1.0: `org.a/module/a@1.0.0` requires"
                + " `org.a/module/b@~1.0`"),
        lines(catalog, List.of(Dxn.parse("org.a/module/a"))));
    List<String> no =
        lines(catalog, List.of(Dxn.parse("org.a/module/a"), Dxn.parse("org.a/module/b@1.1.0")));
    assertTrue(no.getFirst().contains("no release fits both"), no::toString);
  }

  @Test
  void aCatalogIsAsQuicklyWrittenAsTheReadmeSays() {
    Cid id = MemoryCatalog.link("org.a");
    Catalog catalog =
        new Listed(
            id,
            List.of(
                Listed.release(
                    id,
                    record("org.a/module/a", "1.0.0")
                        .dependency(SolverTest.on("org.a/module/b", "^1"))
                        .build()),
                Listed.release(id, record("org.a/module/b", "1.0.0").build()),
                Listed.release(id, record("org.a/module/b", "1.1.0").build())));
    assertEquals(
        List.of("org.a/module/a@1.0.0", "org.a/module/b@1.1.0"),
        lines(catalog, List.of(Dxn.parse("org.a/module/a"))).subList(0, 2));
  }

  @Test
  void theReadmeHasTheExampleAsItIsHere() throws IOException {
    Path module = Path.of(System.getProperty("dmg.root", ".."), "dxn-resolver");
    String source =
        Files.readString(module.resolve("src/test/java/org/dxos/dmg/solver/LibraryUseTest.java"));
    String begin = "// README: " + "begin\n";
    String example =
        source
            .substring(
                source.indexOf(begin) + begin.length(), source.indexOf("    // README: " + "end"))
            .indent(-4);
    String readme = Files.readString(module.resolve("README.md"));
    assertTrue(readme.contains("```java\n" + example + "```"), example);
    String beginning = "// README: " + "begin catalog\n";
    String catalog =
        source
            .substring(
                source.indexOf(beginning) + beginning.length(),
                source.indexOf("  // README: " + "end catalog"))
            .indent(-2);
    assertTrue(readme.contains("```java\n" + catalog + "```"), catalog);
  }
}
