package org.dxos.dmg.solver;

import static org.dxos.dmg.select.MemoryCatalog.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.explain.Choice;
import org.dxos.dmg.select.Catalog;
import org.dxos.dmg.select.MemoryCatalog;
import org.dxos.dmg.select.Target;
import org.junit.jupiter.api.Test;

/** The example of this module's README, as it stands there. */
class LibraryUseTest {

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
  }
}
