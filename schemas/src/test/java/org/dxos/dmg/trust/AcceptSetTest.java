package org.dxos.dmg.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Which signatures are valid, frozen: implementations of Ed25519 part over points of small and of
 * mixed order and over other spellings of numbers, and two nodes that part there have two
 * histories. The file was made by curve arithmetic of its own, the verdicts are ours for ever.
 */
class AcceptSetTest {

  private static List<String[]> rows() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(AcceptSetTest.class.getResourceAsStream("ed25519-accept.tsv"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .toList();
    }
  }

  private static String verdict(String[] row) {
    HexFormat hex = HexFormat.of();
    try {
      PublicKey key = PublicKey.of(hex.parseHex(row[2]));
      return key.verifies(hex.parseHex(row[3]), hex.parseHex(row[4])) ? "valid" : "invalid";
    } catch (FormatException e) {
      return e.code().name();
    }
  }

  @TestFactory
  Stream<DynamicTest> everyVerdictIsTheOneItAlwaysWas() throws IOException {
    return rows().stream()
        .map(row -> DynamicTest.dynamicTest(row[1], () -> assertEquals(row[0], verdict(row))));
  }

  @Test
  void theSetHasCasesOfEveryVerdict() throws IOException {
    List<String> verdicts = rows().stream().map(row -> row[0]).toList();
    assertEquals(74, verdicts.size());
    assertTrue(
        verdicts.containsAll(List.of("valid", "invalid", "KEY_WEAK", "BODY_INVALID")),
        verdicts.toString());
  }
}
