package org.dxos.dmg.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

  /** Ascending; the pre-releases of 1.0.0 are the example of the specification, item 11. */
  private static final List<String> ASCENDING =
      List.of(
          "0.0.0-0",
          "0.0.0",
          "0.0.1",
          "0.1.0",
          "1.0.0-0",
          "1.0.0-9",
          "1.0.0-10",
          "1.0.0-99999999999999999999",
          "1.0.0-100000000000000000000",
          "1.0.0--",
          "1.0.0-Alpha",
          "1.0.0-alpha",
          "1.0.0-alpha.1",
          "1.0.0-alpha.beta",
          "1.0.0-beta",
          "1.0.0-beta.2",
          "1.0.0-beta.11",
          "1.0.0-rc.1",
          "1.0.0",
          "1.0.10",
          "1.2.0",
          "1.10.0",
          "2.0.0-0",
          "2.0.0",
          "999999999.999999999.999999999");

  @Test
  void precedenceIsThatOfTheSpecification() {
    List<Version> versions = ASCENDING.stream().map(Version::parse).toList();
    for (int i = 0; i < versions.size(); i++) {
      for (int j = 0; j < versions.size(); j++) {
        assertEquals(
            Integer.compare(i, j),
            Integer.signum(versions.get(i).compareTo(versions.get(j))),
            versions.get(i) + " against " + versions.get(j));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2",
        "1.2.",
        ".1.2",
        "1.2.3.4",
        "01.2.3",
        "1.02.3",
        "1.2.03",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3-a..b",
        "1.2.3-a.",
        "1.2.3-a_b",
        "1.2.3+5",
        "1.2.3-a+5",
        "=1.2.3",
        "v1.2.3",
        " 1.2.3",
        "1.2.3 ",
        "-1.2.3",
        "+1.2.3",
        "1.x.3",
        "1000000000.0.0",
        "0.0.99999999999999999999",
        "1.2.\u0663",
        "\uff11.2.3",
        "1.2.3\0",
        "1.2.3-\u00e9"
      })
  void parseRefusesWhatIsNoVersion(String text) {
    FormatException refused = assertThrows(FormatException.class, () -> Version.parse(text));
    assertEquals(ErrorCode.VERSION_SYNTAX, refused.code());
    assertTrue(refused.message().chars().allMatch(c -> c >= 0x20 && c < 0x7f), refused.message());
  }

  @Test
  void refusalTellsOffsetAndWhatWasExpected() {
    assertEquals(
        "read version `1.02.3` at offset 2: expected a number without a leading zero",
        assertThrows(FormatException.class, () -> Version.parse("1.02.3")).message());
    assertEquals(
        "read version `1.2.3+5` at offset 5: expected no build metadata",
        assertThrows(FormatException.class, () -> Version.parse("1.2.3+5")).message());
    assertEquals(
        "read version `1.2` at offset 3: expected `.` and a number",
        assertThrows(FormatException.class, () -> Version.parse("1.2")).message());
  }

  @Test
  void numbersHaveNineDigitsAndNotTen() {
    assertEquals(999_999_999, Version.parse("999999999.0.0").major());
    assertThrows(FormatException.class, () -> Version.parse("1000000000.0.0"));
    assertEquals(999_999_999, new Version(0, 0, 999_999_999, List.of()).patch());
    assertThrows(FormatException.class, () -> new Version(0, 0, 1_000_000_000, List.of()));
    assertThrows(FormatException.class, () -> new Version(-1, 0, 0, List.of()));
  }

  @Test
  void textHasAsManyOctetsAsTheLimitAndNotOneMore() {
    String longest = "1.0.0-" + "a".repeat(Version.MAX_TEXT - 6);
    assertEquals(longest, Version.parse(longest).toString());
    assertThrows(FormatException.class, () -> Version.parse(longest + "a"));
    List<String> tooLong = List.of("a".repeat(Version.MAX_TEXT - 5));
    assertThrows(FormatException.class, () -> new Version(1, 0, 0, tooLong));
  }

  @Test
  void constructorChecksIdentifiersAsTheReaderDoes() {
    for (String bad : List.of("", "01", "a.b", "a b", "\u00e9", "+")) {
      assertThrows(
          FormatException.class, () -> new Version(1, 2, 3, List.of(bad)), "identifier " + bad);
    }
    assertEquals("1.2.3-0.a-b.-", new Version(1, 2, 3, List.of("0", "a-b", "-")).toString());
  }

  @Test
  void prereleaseIsNotChangedByItsMaker() {
    List<String> identifiers = new ArrayList<>(List.of("beta"));
    Version version = new Version(1, 0, 0, identifiers);
    identifiers.add("2");
    assertEquals("1.0.0-beta", version.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3, 1",
    "10.0.0-beta, 10",
    "0.2.9, 0.2",
    "0.2.0-0, 0.2",
    "0.0.3, 0.0.3",
    "0.0.0, 0.0.0"
  })
  void lineIsWithinWhichReleasesReplaceEachOther(String version, String line) {
    assertEquals(line, Version.parse(version).line());
  }

  @Test
  void prereleaseIsWhatHasIdentifiers() {
    assertTrue(Version.parse("1.0.0-0").isPrerelease());
    assertFalse(Version.parse("1.0.0").isPrerelease());
  }

  @Property(tries = 300)
  void parseReadsWhatToStringWrites(@ForAll("versions") Version version) {
    assertEquals(version, Version.parse(version.toString()));
  }

  @Property(tries = 300)
  void orderIsConsistentWithEqualsAndTransitive(
      @ForAll("versions") Version a, @ForAll("versions") Version b, @ForAll("versions") Version c) {
    assertEquals(a.equals(b), a.compareTo(b) == 0);
    assertEquals(Integer.signum(a.compareTo(b)), -Integer.signum(b.compareTo(a)));
    if (a.compareTo(b) <= 0 && b.compareTo(c) <= 0) {
      assertTrue(a.compareTo(c) <= 0);
    }
  }

  @Provide
  Arbitrary<Version> versions() {
    // Few values, so that parts are often equal.
    Arbitrary<Long> number = Arbitraries.of(0L, 1L, 2L, 10L, 999_999_999L);
    Arbitrary<List<String>> identifiers =
        Arbitraries.of("0", "1", "10", "alpha", "beta", "a-b", "-", "0a").list().ofMaxSize(3);
    return Combinators.combine(number, number, number, identifiers).as(Version::new);
  }
}
