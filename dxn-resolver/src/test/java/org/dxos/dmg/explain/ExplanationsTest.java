package org.dxos.dmg.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Explanations as a person reads them. Each file has a small registry and a question above a line
 * of dashes, and below it every line that is said. With {@code -Ddmg.bless=true} what is said now
 * is written there, to be read before it is kept.
 */
class ExplanationsTest {

  private static final String DASHES = "---\n";

  private static final Path SOURCES =
      Path.of(
          System.getProperty("dmg.root", ".."),
          "dxn-resolver/src/test/resources/org/dxos/dmg/explain");

  static List<Path> cases() throws IOException, URISyntaxException {
    Path folder =
        Path.of(
            Objects.requireNonNull(ExplanationsTest.class.getResource("conflict-of-two.txt"))
                .toURI());
    try (Stream<Path> files = Files.list(Objects.requireNonNull(folder.getParent()))) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsSaidIsWhatWasReadAndFoundClear(Path file) throws IOException {
    String text = Files.readString(file);
    int dashes = text.indexOf(DASHES);
    String said = Scenario.parse(text.substring(0, dashes)).answer();
    if (Boolean.getBoolean("dmg.bless")) {
      Files.writeString(
          SOURCES.resolve(Objects.requireNonNull(file.getFileName())),
          text.substring(0, dashes) + DASHES + said);
      return;
    }
    assertEquals(text.substring(dashes + DASHES.length()), said);
  }

  @Test
  void thereAreManyKinds() throws IOException, URISyntaxException {
    assertTrue(cases().size() >= 25, () -> "only a few files");
  }
}
