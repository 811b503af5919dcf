package org.dxos.dmg.conformance.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.DxnResult;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.manifest.Manifest;
import org.dxos.dmg.manifest.ManifestResult;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.Test;

/**
 * The pages of {@code docs/formats} tell the truth: their bytes are those of the code, and every
 * example is printed on one of them.
 */
class FormatPagesTest {

  private static final Pattern BLOCK =
      Pattern.compile("(?m)^```(\\w+) ([\\w-]+)\\n((?s:.*?))^```$");

  /** A block of a page: its language, its name and its text. */
  private record Printed(String language, String name, String text) {}

  private static Map<String, String> pages() throws IOException {
    Path folder = Path.of(System.getProperty("dmg.root", ".."), "docs", "formats");
    Map<String, String> pages = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        pages.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return pages;
  }

  private static List<Printed> printed(String language) throws IOException {
    List<Printed> blocks = new ArrayList<>();
    for (String page : pages().values()) {
      Matcher matcher = BLOCK.matcher(page);
      while (matcher.find()) {
        if (matcher.group(1).equals(language)) {
          blocks.add(new Printed(language, matcher.group(2), matcher.group(3)));
        }
      }
    }
    assertFalse(blocks.isEmpty(), "no blocks of " + language);
    return blocks;
  }

  private static String hex(String text) {
    return text.lines()
        .map(line -> line.replaceFirst(";.*", "").replaceAll("\\s", ""))
        .reduce("", String::concat);
  }

  @Test
  void everyPrintedByteIsThatOfTheCodeAndEveryExampleIsPrinted() throws IOException {
    Map<String, byte[]> examples = FormatExamples.all();
    Set<String> names = new TreeSet<>();
    for (Printed block : printed("hex")) {
      byte[] bytes = examples.getOrDefault(block.name(), new byte[0]);
      assertEquals(HexFormat.of().formatHex(bytes), hex(block.text()), block.name());
      names.add(block.name());
    }
    names.add("lock"); // printed as what it is, below
    assertEquals(new TreeSet<>(examples.keySet()), names);
  }

  @Test
  void thePrintedLockIsThatOfTheCode() throws IOException {
    for (Printed block : printed("json")) {
      if (block.name().equals("lock")) {
        byte[] expected = FormatExamples.all().get("lock");
        assertEquals(new String(expected, StandardCharsets.UTF_8), block.text().strip());
      }
    }
  }

  /** A CID on a page is that of an example, or stands in one, or in the lock. */
  @Test
  void everyPrintedCidIsOneOfTheExamples() throws IOException {
    StringBuilder known = new StringBuilder();
    FormatExamples.all()
        .forEach(
            (name, bytes) -> {
              known.append(HexFormat.of().formatHex(bytes)).append(' ');
              known.append(HexFormat.of().formatHex(DagCbor.cid(bytes).bytes())).append(' ');
              known.append(new String(bytes, StandardCharsets.ISO_8859_1)).append(' ');
            });
    int count = 0;
    for (Map.Entry<String, String> page : pages().entrySet()) {
      Matcher matcher = Pattern.compile("\\bb[a-z2-7]{58}\\b").matcher(page.getValue());
      while (matcher.find()) {
        Cid cid = Cid.parse(matcher.group());
        String bytes = HexFormat.of().formatHex(cid.bytes());
        boolean found = known.indexOf(bytes) >= 0 || known.indexOf(cid.toString()) >= 0;
        assertEquals(true, found || isDxn(page.getKey()), page.getKey() + ": " + cid);
        count++;
      }
    }
    assertEquals(true, count > 10, "CIDs: " + count);
  }

  /** Any CID does to show how names spell one; those rows have a test of their own. */
  private static boolean isDxn(String page) {
    return page.equals("dxn.md");
  }

  @Test
  void theRowsOfNamesAreReadAsTheySay() throws IOException {
    for (Printed block : printed("rows")) {
      if (block.name().equals("dxn")) {
        List<String> inputs = block.text().lines().map(row -> row.split("\t")[0]).toList();
        List<String> rows = inputs.stream().map(FormatPagesTest::told).toList();
        assertEquals(String.join("\n", rows), block.text().strip());
      }
    }
  }

  private static String told(String input) {
    return switch (Dxn.read(input)) {
      case DxnResult.Refused refused -> String.join("\t", input, "refused", refused.code().name());
      case DxnResult.Parsed parsed ->
          String.join(
              "\t",
              input,
              parsed.form().text(),
              parsed.dxn().toString(),
              parsed.dxn().uri(),
              parsed.dxn() instanceof Dxn.Named named ? named.name().nsid().orElse("-") : "-");
    };
  }

  @Test
  void theRowsOfRangesAreReadAsTheySay() throws IOException {
    for (Printed block : printed("rows")) {
      if (block.name().equals("range")) {
        for (String row : block.text().lines().toList()) {
          String[] cells = row.split("\t");
          Range range = Range.parse(cells[0]);
          assertEquals(cells[1], range.toString(), row);
          assertEquals(cells[3], range.contains(Version.parse(cells[2])) ? "yes" : "no", row);
        }
      }
    }
  }

  @Test
  void theTwoManifestsAreOneRecord() throws IOException {
    List<Cid> cids = new ArrayList<>();
    for (String language : List.of("json", "yaml")) {
      for (Printed block : printed(language)) {
        if (block.name().equals("manifest")) {
          ManifestResult result =
              Manifest.read(
                  language.equals("json")
                      ? Json.parse(block.text())
                      : Json.parseYaml(block.text()));
          cids.add(
              assertInstanceOf(ManifestResult.Valid.class, result, result.toString())
                  .manifest()
                  .draft()
                  .cid());
        }
      }
    }
    assertEquals(2, cids.size());
    assertEquals(cids.getFirst(), cids.getLast());
  }
}
