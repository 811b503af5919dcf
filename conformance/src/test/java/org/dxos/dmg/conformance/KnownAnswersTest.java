package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dxos.dmg.conformance.SolverBench.Asked;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.solver.Rule;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The indexes of real registries, and answers that two solvers of another kind (SAT, ASP) gave: by
 * both rules, for one root and for several.
 */
class KnownAnswersTest {

  private static final Path CORPORA = Path.of(System.getProperty("dmg.testdata", ""), "corpora");

  /** The bound of the design, twenty times: a test is not a measure. */
  private static final long SLOWEST_MICROS = 20_000_000;

  @ParameterizedTest
  @ValueSource(strings = {"crates-2019-11-10", "purescript"})
  void whatIsSatisfiableAndTheNewestForItIsAsOthersFoundIt(String corpus, TestReporter reporter)
      throws IOException {
    Path answers = CORPORA.resolve("known-answers-sample.json");
    Path index = CORPORA.resolve(corpus + ".jsonl.gz");
    assumeTrue(
        Files.exists(answers) && Files.exists(index),
        "no test data: set -Ddmg.testdata to the folder of `corpora`");
    Node expected = Json.parse(Files.readAllBytes(answers));
    CorpusCatalog catalog = CorpusCatalog.read(index, "test.corpus");
    for (Rule rule : Rule.values()) {
      List<Asked> asked = SolverBench.sample(catalog, expected, corpus, rule);
      List<Long> times = asked.stream().map(Asked::micros).sorted().toList();
      reporter.publishEntry(
          corpus + ", one a " + rule,
          "%d asked, median %d us, slowest %d us"
              .formatted(asked.size(), times.get(times.size() / 2), times.getLast()));
      assertEquals(125, asked.size());
      assertEquals(List.of(), asked.stream().filter(one -> one.wrong().isPresent()).toList());
      assertTrue(times.getLast() < SLOWEST_MICROS, () -> "slowest " + times.getLast() + " us");
    }
  }
}
