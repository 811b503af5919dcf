package org.dxos.dmg.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTest {

  /** A row of {@code ranges.tsv}. */
  record Row(String range, String canonical, List<String> contained) {
    @Override
    public String toString() {
      return range;
    }
  }

  private static List<Row> table() {
    try (InputStream in =
        Objects.requireNonNull(RangeTest.class.getResourceAsStream("ranges.tsv"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", -1))
          .map(
              cells ->
                  new Row(
                      cells[0],
                      cells[1],
                      cells[2].isEmpty() ? List.of() : Arrays.asList(cells[2].split(" "))))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Row> rows() {
    return table().stream().skip(1);
  }

  private static List<String> versions() {
    return table().getFirst().contained();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void containsWhatNpmSays(Row row) {
    Range range = Range.parse(row.range());
    assertEquals(
        row.contained(),
        versions().stream().filter(version -> range.contains(Version.parse(version))).toList());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void toStringIsTheCanonicalSpelling(Row row) {
    assertEquals(row.canonical(), Range.parse(row.range()).toString());
    assertEquals(Range.parse(row.range()), Range.parse(row.canonical()));
    assertEquals(Range.parse(row.range()).hashCode(), Range.parse(row.canonical()).hashCode());
  }

  /** The grammar has a number after `x`; it means nothing, as before npm's semver 7.8. */
  @ParameterizedTest
  @CsvSource({"1.x.3, 1.x", "^1.*.3, ^1.*", ">1.X.0, >1.X", "1.x.3-beta, 1.x", "1.2.x-beta, 1.2.x"})
  void nothingCountsAfterAnX(String range, String same) {
    List<Version> all = versions().stream().map(Version::parse).toList();
    assertEquals(
        all.stream().filter(Range.parse(same)::contains).toList(),
        all.stream().filter(Range.parse(range)::contains).toList());
    assertEquals(range, Range.parse(range).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "^",
        "||",
        "^1||",
        "||^1",
        "^1 |",
        "^1 | ^2",
        "^1 ||| ^2",
        " ^1",
        "^1 ",
        "x",
        "X",
        "^x",
        "v1",
        "^ 1",
        "=> 1",
        ">= 1",
        "==1",
        "=>1",
        "~>1",
        "!1",
        "1 - 2",
        "1-beta",
        "1.2-beta",
        "2-alpha",
        "1.",
        "1..2",
        "1.2.",
        "1.2.3.4",
        "1.2.3-",
        "1.x-beta",
        "01",
        "1.02",
        "1.2.3-01",
        "1.2.3+5",
        "^1+5",
        "1,2",
        "latest",
        "*.1",
        "**",
        "1000000000",
        "1.2.3\t1.2.4",
        "\u0661",
        "1\u00a02",
        "1\0"
      })
  void parseRefusesWhatIsNoRange(String text) {
    FormatException refused = assertThrows(FormatException.class, () -> Range.parse(text));
    assertEquals(ErrorCode.RANGE_SYNTAX, refused.code());
    assertTrue(refused.message().chars().allMatch(c -> c >= 0x20 && c < 0x7f), refused.message());
  }

  @ParameterizedTest
  @CsvSource({
    "^01.2, LEADING_ZERO, 1",
    "1.2.3-a.01, LEADING_ZERO, 8",
    "1.0.0+5, BUILD, 5",
    "^1 || ^2+x, BUILD, 8",
    "^, SYNTAX, 1",
    "^1 ||, SYNTAX, 5",
    "2-alpha, SYNTAX, 1"
  })
  void readTellsCauseAndOffset(String text, RangeError code, int offset) {
    RangeResult.Refused refused =
        assertInstanceOf(RangeResult.Refused.class, Range.read(text.strip()));
    assertEquals(code, refused.code());
    assertEquals(offset, refused.offset());
  }

  @Test
  void refusalTellsOffsetAndWhatWasExpected() {
    assertEquals(
        "read range `^1 | ^2` at offset 4: expected a second `|`",
        assertThrows(FormatException.class, () -> Range.parse("^1 | ^2")).message());
  }

  @Test
  void textHasAsManyOctetsAsTheLimitAndNotOneMore() {
    String longest = "1 ".repeat(Version.MAX_TEXT / 2 - 1) + "10";
    assertEquals(Version.MAX_TEXT, longest.length());
    assertEquals(longest, Range.parse(longest).toString());
    assertThrows(FormatException.class, () -> Range.parse(longest + "0"));
  }

  @Test
  void exactIsOneFullVersionAlone() {
    Version version = Version.parse("1.2.3-beta");
    assertEquals(Optional.of(version), Range.parse("=1.2.3-beta").exact());
    assertEquals(Optional.of(version), Range.exactly(version).exact());
    assertEquals("1.2.3-beta", Range.exactly(version).toString());
    assertEquals(Range.exactly(version), Range.parse("=1.2.3-beta"));
    for (String other :
        List.of("1.2", "=1.2.x", "^1.2.3", ">=1.2.3", "1.2.3 1.2.3", "1.2.3||1.2.3", "*")) {
      assertEquals(Optional.empty(), Range.parse(other).exact(), other);
    }
  }

  @Test
  void equalityIsOfTheSpelling() {
    assertEquals(Range.parse("^1||^2"), Range.parse("^1  ||  ^2"));
    assertNotEquals(Range.parse("^1"), Range.parse("1.x"));
    assertEquals("*", Range.ANY.toString());
  }

  @Test
  void anyContainsEveryStableVersionAndNoPrerelease() {
    assertTrue(Range.ANY.contains(Version.parse("0.0.0")));
    assertFalse(Range.ANY.contains(Version.parse("1.0.0-beta")));
  }

  @Property(tries = 300)
  void canonicalSpellingIsAFixedPointWithTheSameMeaning(
      @ForAll("ranges") String text, @ForAll @From("someVersions") String version) {
    Range range = Range.parse(text);
    Range again = Range.parse(range.toString());
    assertEquals(range.toString(), again.toString());
    assertEquals(range.contains(Version.parse(version)), again.contains(Version.parse(version)));
  }

  @Property(tries = 300)
  void moreComparatorsInASetNeverLetInAStableVersion(
      @ForAll("comparators") String a,
      @ForAll("comparators") String b,
      @ForAll @From("someVersions") String version) {
    Version one = Version.parse(version);
    if (!one.isPrerelease()) {
      boolean both = Range.parse(a).contains(one) && Range.parse(b).contains(one);
      boolean either = Range.parse(a).contains(one) || Range.parse(b).contains(one);
      assertEquals(both, Range.parse(a + " " + b).contains(one));
      assertEquals(either, Range.parse(a + " || " + b).contains(one));
    }
  }

  @Provide
  Arbitrary<String> someVersions() {
    return Arbitraries.of(versions());
  }

  @Provide
  Arbitrary<String> comparators() {
    Arbitrary<String> partials =
        Arbitraries.of("*", "0", "1", "0.1", "1.2", "1.x", "0.0.3", "1.2.3", "2.0.0", "1.2.3-beta");
    return Arbitraries.of("", "^", "~", ">", ">=", "<", "<=", "=")
        .flatMap(operator -> partials.map(partial -> operator + partial));
  }

  @Provide
  Arbitrary<String> ranges() {
    Arbitrary<String> sets =
        comparators().list().ofMinSize(1).ofMaxSize(3).map(set -> String.join("  ", set));
    return sets.list().ofMinSize(1).ofMaxSize(3).map(all -> String.join("|| ", all));
  }

  /** `>=0.0.0` is `*` to npm, `=0.0.0` is not. */
  @Test
  void exactlyZeroHasNoPrereleasesWhateverStandsBesideIt() {
    for (String range : List.of("0.0.0 >=0.0.0-0", ">=0.0.0-0 =0.0.0", "0.0.0 0.0.0-a")) {
      assertFalse(Range.parse(range).contains(Version.parse("0.0.0-a")), range);
      assertFalse(
          VersionSet.of(Range.parse(range)).contains(Version.parse("0.0.0-a")), "set " + range);
    }
    assertTrue(Range.parse("0.0.0 >=0.0.0-0").contains(Version.parse("0.0.0")));
    assertTrue(Range.parse(">=0.0.0 <=0.0.0-beta").contains(Version.parse("0.0.0-a")));
  }
}
