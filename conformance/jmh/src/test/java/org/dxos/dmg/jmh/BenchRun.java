package org.dxos.dmg.jmh;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the measures and holds them against what must be reached: 200 MB/s for dag-cbor, a
 * microsecond for a DXN. The table is in {@code target/jmh.txt}.
 */
class BenchRun {

  @Test
  void theCodecReachesTwoHundredMegabytesASecondAndADxnAMicrosecond() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(VocabularyBench.class.getSimpleName())
                    .output("target/jmh.log")
                    .build())
            .run();
    int size = VocabularyBench.RECORD.encode().length;
    List<String> table = new ArrayList<>(List.of("record of " + size + " bytes"));
    List<String> missed = new ArrayList<>();
    for (RunResult result : results) {
      String name = result.getPrimaryResult().getLabel();
      double nanos = result.getPrimaryResult().getScore();
      double rate = size * 1000.0 / nanos;
      table.add(
          name.equals("parseDxn")
              ? "%s %.0f ns".formatted(name, nanos)
              : "%s %.0f ns, %.0f MB/s".formatted(name, nanos, rate));
      if (name.equals("parseDxn") ? nanos >= 1000 : name.endsWith("Node") && rate < 200) {
        missed.add(table.getLast());
      }
    }
    Files.write(Path.of("target/jmh.txt"), table);
    assertTrue(missed.isEmpty(), () -> "missed: " + missed + " of " + table);
  }

  /** What the design asks of the median over an index of crates.io: 5 ms. */
  @Test
  void aQuestionOverManyModulesTakesNoMoreThanFiveMilliseconds() throws Exception {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(ResolverBench.class.getSimpleName())
                    .output("target/jmh-resolver.log")
                    .build())
            .run();
    List<String> table = new ArrayList<>();
    List<String> missed = new ArrayList<>();
    for (RunResult result : results) {
      double millis = result.getPrimaryResult().getScore() / 1e6;
      table.add("%s %.2f ms".formatted(result.getPrimaryResult().getLabel(), millis));
      // All 150 at once is more than a question of the index is: it is told, and not judged.
      if (millis > 5 && !result.getPrimaryResult().getLabel().equals("solveAll")) {
        missed.add(table.getLast());
      }
    }
    Files.write(Path.of("target/jmh-resolver.txt"), table);
    assertTrue(missed.isEmpty(), () -> "missed: " + missed + " of " + table);
  }
}
