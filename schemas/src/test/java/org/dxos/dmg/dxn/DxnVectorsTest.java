package org.dxos.dmg.dxn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every row of {@code dxn.tsv}: input, then OK and what was read, or ERROR and the code. */
class DxnVectorsTest {

  @TestFactory
  Stream<DynamicTest> everyRowReadsAsTheTableSays() throws IOException {
    Path table = Path.of(System.getProperty("dmg.testdata", ""), "vectors", "dxn.tsv");
    assumeTrue(Files.exists(table), "no test data: set -Ddmg.testdata to the folder of `vectors`");
    List<String> rows = Files.readAllLines(table, StandardCharsets.UTF_8);
    assertTrue(rows.size() >= 70, "rows: " + rows.size());
    return rows.stream().map(row -> DynamicTest.dynamicTest(row, () -> check(row)));
  }

  private static void check(String row) {
    String input = row.substring(0, row.indexOf('\t'));
    assertEquals(row, input + "\t" + told(Dxn.read(input)));
    if (Dxn.read(input) instanceof DxnResult.Refused refused) {
      assertTrue(refused.offset() >= 0 && refused.offset() <= input.length(), refused.toString());
      FormatException thrown = assertThrows(FormatException.class, () -> Dxn.parse(input));
      assertEquals(refused.offset(), thrown.offset().orElse(-1));
    }
    if (Dxn.read(input) instanceof DxnResult.Parsed parsed) {
      // Both spellings that we write are read as the same thing.
      assertEquals(parsed.dxn(), Dxn.parse(parsed.dxn().toString()));
      assertEquals(parsed.dxn(), Dxn.parse(parsed.dxn().uri()));
    }
  }

  private static String told(DxnResult result) {
    return switch (result) {
      case DxnResult.Refused refused -> "ERROR\t" + refused.code();
      case DxnResult.Parsed(Dxn.ByCid(var cid), Form form) ->
          "OK\t" + form.text() + "\t" + cid + "\t\t\t";
      case DxnResult.Parsed(Dxn.Named(Name name, Selector selector), Form form) ->
          String.join(
              "\t",
              "OK",
              form.text(),
              name.toString(),
              kind(selector),
              selector.text(),
              name.nsid().orElse(""));
    };
  }

  private static String kind(Selector selector) {
    return switch (selector) {
      case Selector.Exact _ -> "version";
      case Selector.InRange _ -> "range";
      case Selector.Tag _ -> "tag";
      case Selector.ByCid _ -> "cid";
    };
  }
}
