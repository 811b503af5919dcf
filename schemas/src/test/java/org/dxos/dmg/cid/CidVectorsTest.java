package org.dxos.dmg.cid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * atproto's lists of texts that look like a CID or do not. Its check is of the look alone and of
 * version 1; ours reads what the text says, and version 0 too. Not for us therefore: of the 8 valid
 * ones the 6 in other bases, of the invalid ones the one of version 0.
 */
class CidVectorsTest {

  private static List<String> rows(String file) throws IOException {
    Path path = Path.of(System.getProperty("dmg.testdata", ""), "vectors", file);
    assumeTrue(Files.exists(path), "no test data: set -Ddmg.testdata to the folder of `vectors`");
    return Files.readAllLines(path).stream()
        .filter(row -> !row.isEmpty() && !row.startsWith("#"))
        .toList();
  }

  @Test
  void validTextInBase32IsReadAndWrittenAgain(TestReporter reporter) throws IOException {
    List<String> rows = rows("cid_syntax_valid.txt");
    List<String> ours = rows.stream().filter(row -> row.startsWith("bafy")).toList();
    ours.forEach(row -> assertEquals(row, Cid.parse(row).toString()));
    // No other base is taken for ours by accident.
    rows.stream()
        .filter(row -> !ours.contains(row))
        .forEach(row -> assertThrows(FormatException.class, () -> Cid.parse(row), row));
    reporter.publishEntry(
        "skipped of cid_syntax_valid.txt", rows.size() - ours.size() + ": bases not read by DMG");
    assertEquals(2, ours.size());
    assertEquals(6, rows.size() - ours.size());
  }

  @Test
  void invalidTextIsRefused(TestReporter reporter) throws IOException {
    List<String> rows = rows("cid_syntax_invalid.txt");
    List<String> versionZero = rows.stream().filter(row -> row.startsWith("Qm")).toList();
    rows.stream()
        .filter(row -> !versionZero.contains(row))
        .forEach(
            row -> {
              FormatException refused =
                  assertThrows(FormatException.class, () -> Cid.parse(row), row);
              assertTrue(
                  Set.of(ErrorCode.CID_SYNTAX, ErrorCode.MULTIBASE, ErrorCode.CID_UNSUPPORTED)
                      .contains(refused.code()),
                  refused.message());
              int offset = refused.offset().orElse(-1);
              assertTrue(offset >= 0 && offset <= row.length(), row + ": " + offset);
            });
    reporter.publishEntry(
        "skipped of cid_syntax_invalid.txt", versionZero.size() + ": version 0, read by DMG");
    assertEquals(List.of("QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR"), versionZero);
  }
}
