package org.dxos.dmg.dxn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNamesTest {

  private static final List<String> KNOWN =
      List.of(
          "org.dxos/function/universal-indexer",
          "org.dxos/function/echo-writer",
          "org.dxos/module/search-suite",
          "com.example/function/modern-mail",
          "com.example/api/mail");

  @ParameterizedTest
  @CsvSource({
    "dxos.org/function/echo-writer, org.dxos/function/echo-writer",
    "dxn://dxos.org/function/echo-writer@1.2.3, org.dxos/function/echo-writer",
    "org.dxos/module/echo-writer@^1, org.dxos/function/echo-writer",
    "org.dxos/functon/echo-writer, org.dxos/function/echo-writer",
    "org.dx0s/function/echo-writer, org.dxos/function/echo-writer",
    "org.dxo5/function/un1versal-1ndexer, org.dxos/function/universal-indexer",
    "com.example/function/modem-mail, com.example/function/modern-mail",
    "org.dxos/function/universalindexer, org.dxos/function/universal-indexer",
    "org.dxos/function/echo-wirter, org.dxos/function/echo-writer",
    "org.dxos/function/ech-writr, org.dxos/function/echo-writer"
  })
  void nameThatWasMeantIsSuggested(String wanted, String meant) {
    assertEquals(List.of(meant), NearNames.of(wanted, KNOWN, 3));
  }

  @ParameterizedTest
  @CsvSource({"org.other/function/thing", "x", "''", "org.dxos/function/ech-writ"})
  void nothingIsSuggestedForWhatIsFar(String wanted) {
    assertEquals(List.of(), NearNames.of(wanted, KNOWN, 3));
  }

  @Test
  void nearestComesFirstWhateverTheOrderOfTheKnown() {
    List<String> expected =
        List.of(
            "b.a/api/mail", // the authority the other way round
            "a.b/function/mail", // another kind
            "a.b/api/ma1l", // looks alike
            "a.b/api/bail",
            "a.b/api/mails", // one edit, by text
            "a.b/api/maixs"); // two
    for (int seed = 0; seed < 20; seed++) {
      List<String> known = new ArrayList<>(expected);
      known.add("a.b/api/mail");
      Collections.shuffle(known, new Random(seed));
      assertEquals(expected, NearNames.of("a.b/api/mail", known, 10));
      assertEquals(expected.subList(0, 2), NearNames.of("a.b/api/mail", known, 2));
    }
  }

  @Test
  void inputOverTheLimitIsNotLookedAt() {
    assertEquals(List.of(), NearNames.of("a".repeat(Dxn.MAX_INPUT + 1), KNOWN, 3));
    assertEquals(List.of(), NearNames.of("org.dxos/function/echo-wirter", KNOWN, 0));
  }

  /** The band against the whole table of the textbook. */
  @Property(tries = 500)
  void editsAreThoseOfTheWholeTable(
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 7) String a,
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 7) String b) {
    assertEquals(Math.min(3, table(a, b)), NearNames.edits(a, b));
    assertTrue(NearNames.edits(a, a) == 0);
  }

  private static int table(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + cost, Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
