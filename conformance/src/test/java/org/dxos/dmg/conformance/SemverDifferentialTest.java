package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.dxos.dmg.version.VersionSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Ranges contain what npm's package says, pre-releases included, and so do sets made of them. */
class SemverDifferentialTest {

  private static final int RANGES = 4000;
  private static final int VERSIONS = 24;
  private static final List<String> OPERATORS = List.of("", "^", "~", ">=", "<=", ">", "<", "=");
  private static final List<String> PRERELEASES =
      List.of("", "", "", "-0", "-1", "-a", "-a.0", "-a.b", "-b", "-rc.2", "-rc.10", "-a-b");
  private static final List<String> NUMBERS =
      List.of("0", "0", "1", "1", "2", "3", "10", "999999999");

  private final Random random = new Random(20_260_202);

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String version() {
    String core =
        random.nextInt(8) == 0 ? "0.0.0" : any(NUMBERS) + "." + any(NUMBERS) + "." + any(NUMBERS);
    return core + any(PRERELEASES);
  }

  private String partial() {
    return switch (random.nextInt(8)) {
      case 0 -> any(NUMBERS);
      case 1 -> any(NUMBERS) + "." + any(NUMBERS);
      case 2 -> any(NUMBERS) + ".x";
      case 3 -> any(NUMBERS) + "." + any(NUMBERS) + ".*";
      case 4 -> "*";
      case 5 -> "0.0.0" + any(PRERELEASES); // where npm has rules of its own
      default -> version();
    };
  }

  private String range() {
    List<String> sets = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      List<String> set = new ArrayList<>();
      for (int j = 1 + random.nextInt(3); j > 0; j--) {
        set.add(any(OPERATORS) + partial());
      }
      sets.add(String.join(" ", set));
    }
    return String.join(" || ", sets);
  }

  @Test
  void rangesAndSetsContainWhatNpmSays(TestReporter reporter)
      throws IOException, InterruptedException {
    List<String> input = new ArrayList<>();
    List<Optional<Range>> printed = new ArrayList<>();
    for (int i = 0; i < RANGES; i++) {
      List<String> versions = new ArrayList<>();
      for (int v = 0; v < VERSIONS; v++) {
        versions.add(version());
      }
      String range = range();
      input.add(range + "\t" + String.join("\t", versions));
      // Every other line asks about the range that our set is printed as.
      Optional<Range> again = VersionSet.of(Range.parse(range)).range();
      printed.add(again);
      input.add(again.map(Range::toString).orElse(range) + "\t" + String.join("\t", versions));
    }
    List<String> answers = Npm.run("semver.mjs", input);
    assertEquals(input.size(), answers.size());
    int contained = 0;
    for (int i = 0; i < input.size(); i++) {
      String[] cells = input.get(i).split("\t");
      Range range = Range.parse(cells[0]);
      VersionSet set = VersionSet.of(range);
      StringBuilder ours = new StringBuilder();
      StringBuilder sets = new StringBuilder();
      for (int v = 1; v < cells.length; v++) {
        Version version = Version.parse(cells[v]);
        ours.append(range.contains(version) ? '1' : '0');
        sets.append(set.contains(version) ? '1' : '0');
        contained += range.contains(version) ? 1 : 0;
      }
      assertEquals(answers.get(i), ours.toString(), input.get(i));
      assertEquals(answers.get(i), sets.toString(), "set of " + input.get(i));
    }
    int pairs = RANGES * 2 * VERSIONS;
    reporter.publishEntry(
        "semver",
        pairs
            + " pairs, "
            + contained
            + " contained, "
            + printed.stream().filter(Optional::isPresent).count()
            + " of "
            + RANGES
            + " sets printed as a range");
    assertTrue(contained > pairs / 20, "contained " + contained);
  }
}
