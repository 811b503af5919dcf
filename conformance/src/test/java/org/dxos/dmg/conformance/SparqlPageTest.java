package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dxos.dmg.cli.Main;
import org.dxos.dmg.cli.Terminal;
import org.dxos.dmg.node.World;
import org.dxos.dmg.rdf.Ontology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/sparql.md} tells the truth: its questions have the answers that it prints, over the
 * examples, and it names every term. {@code -Ddmg.bless=true} writes the answers that were found.
 */
class SparqlPageTest {

  private static final Pattern BLOCK =
      Pattern.compile("(?m)^```(sparql|answer) ([\\w-]+)\\n((?s:.*?))^```$");

  @TempDir Path home;

  private static Path root() {
    return Path.of(System.getProperty("dmg.root", "..")).toAbsolutePath().normalize();
  }

  private static Path page() {
    return root().resolve("docs/sparql.md");
  }

  private final World world =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(8),
          Thread.ofPlatform().daemon().factory());

  private String dmg(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            List.of(arguments),
            new Terminal(new PrintStream(out, true), new PrintStream(err, true)),
            Map.of("DMG_HOME", home.toString()),
            world);
    assertEquals(0, code, () -> List.of(arguments) + " " + err);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theQuestionsOfThePageHaveTheAnswersThatItPrints() throws IOException {
    Path examples = root().resolve("examples");
    for (String line : Files.readAllLines(examples.resolve("order.txt"))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String _ = dmg("publish", examples.resolve(line.strip()).toString());
      }
    }
    String text = Files.readString(page());
    Map<String, String> found = new TreeMap<>();
    Map<String, String> printed = new TreeMap<>();
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (blocks.group(1).equals("sparql")) {
        found.put(blocks.group(2), dmg("sparql", blocks.group(3), "--format", "tsv"));
      } else {
        printed.put(blocks.group(2), blocks.group(3));
      }
    }
    assertTrue(found.size() >= 5, found.keySet().toString());
    if (Boolean.getBoolean("dmg.bless")) {
      String told = text;
      for (Map.Entry<String, String> one : found.entrySet()) {
        String fence = "```answer " + one.getKey() + "\n";
        told =
            told.replaceFirst(
                "(?s)" + Pattern.quote(fence) + ".*?```",
                Matcher.quoteReplacement(fence + one.getValue() + "```"));
      }
      Files.writeString(page(), told);
      return;
    }
    assertEquals(printed, found);
    for (Map.Entry<String, String> one : found.entrySet()) {
      assertTrue(one.getValue().lines().count() > 1, one.getKey() + " finds nothing");
    }
  }

  @Test
  void thePageNamesEveryTermThatIsWritten() throws IOException, IllegalAccessException {
    String text = Files.readString(page());
    TreeSet<String> missing = new TreeSet<>();
    for (java.lang.reflect.Field field : Ontology.class.getFields()) {
      String iri = String.valueOf(field.get(null));
      for (Map.Entry<String, String> prefix :
          Map.of(Ontology.NS, "dmg:", Ontology.SCHEMA, "schema:", Ontology.DCTERMS, "dcterms:")
              .entrySet()) {
        String term =
            prefix.getValue() + iri.substring(Math.min(iri.length(), prefix.getKey().length()));
        if (iri.startsWith(prefix.getKey())
            && !iri.equals(prefix.getKey())
            && !text.contains(term)) {
          missing.add(term);
        }
      }
    }
    assertEquals(new TreeSet<>(), missing);
  }
}
