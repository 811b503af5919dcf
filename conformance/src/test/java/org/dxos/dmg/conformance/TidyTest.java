package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Rules about the text of the sources that no compiler knows. Each message names the better way.
 */
class TidyTest {

  private record Rule(String why, Pattern pattern) {}

  private static final List<Rule> RULES =
      List.of(
          new Rule(
              "print through Terminal or a logger", Pattern.compile("System\\.(out|err)\\.print")),
          new Rule(
              "say what is open in docs/status.md, or do it",
              Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b")),
          new Rule(
              "wait on what is waited for; a sleep is a guess",
              Pattern.compile("Thread\\.sleep\\(")));

  private static Path root() {
    return Path.of(System.getProperty("dmg.root", ".."));
  }

  private static List<Path> mainSources() throws IOException {
    try (Stream<Path> all = Files.walk(root())) {
      return all.filter(
              path ->
                  path.toString().contains("/src/main/java/") && path.toString().endsWith(".java"))
          .filter(path -> !path.toString().contains("/conformance/"))
          // What interop tests fetch holds other projects' sources.
          .filter(path -> !path.toString().contains("/target/"))
          .toList();
    }
  }

  @Test
  void sourcesFollowTheRules() throws IOException {
    List<String> found = new ArrayList<>();
    List<Path> sources = mainSources();
    assertTrue(sources.size() > 150, "only " + sources.size() + " sources were read");
    for (Path source : sources) {
      List<String> lines = Files.readAllLines(source);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        for (Rule rule : RULES) {
          if (rule.pattern().matcher(line).find()
              && !line.strip().startsWith("*")
              && !line.contains("@see")) {
            found.add(
                root().relativize(source)
                    + ":"
                    + (i + 1)
                    + ": "
                    + rule.why()
                    + ": "
                    + line.strip());
          }
        }
      }
    }
    assertEquals(List.of(), found);
  }

  @Test
  void everyPackageSaysWhatItIs() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path source : mainSources()) {
      Path info = source.resolveSibling("package-info.java");
      if (!Files.exists(info) || !Files.readString(info).contains("/**")) {
        missing.add(root().relativize(source.getParent()).toString());
      }
    }
    assertEquals(List.of(), missing.stream().distinct().toList());
  }
}
