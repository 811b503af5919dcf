package org.dxos.dmg.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionSetTest {

  private static final int TRIES = 400;

  /** Few numbers, so that versions meet the ends of ranges; the largest too. */
  @Provide
  Arbitrary<Version> versions() {
    Arbitrary<Long> number = Arbitraries.of(0L, 1L, 2L, 3L, 999_999_999L);
    return Combinators.combine(number, number, number, prereleases())
        .as((major, minor, patch, pre) -> new Version(major, minor, patch, pre));
  }

  private static Arbitrary<List<String>> prereleases() {
    return Arbitraries.of(
        List.of(),
        List.of(),
        List.of("0"),
        List.of("0", "0"),
        List.of("1"),
        List.of("a"),
        List.of("a", "0"),
        List.of("a", "b"),
        List.of("b"));
  }

  @Provide
  Arbitrary<VersionSet> sets() {
    Arbitrary<String> operator = Arbitraries.of("", "^", "~", ">=", "<=", ">", "<");
    Arbitrary<String> partial =
        Arbitraries.oneOf(
            versions().map(Version::toString),
            versions().map(one -> one.major() + "." + one.minor()),
            versions().map(one -> Long.toString(one.major())),
            Arbitraries.of("*", "0", "1.x"));
    Arbitrary<String> comparator = Combinators.combine(operator, partial).as(String::concat);
    Arbitrary<VersionSet> plain =
        comparator
            .list()
            .ofMinSize(1)
            .ofMaxSize(2)
            .map(set -> String.join(" ", set))
            .list()
            .ofMinSize(1)
            .ofMaxSize(3)
            .map(sets -> VersionSet.of(Range.parse(String.join(" || ", sets))));
    return Arbitraries.oneOf(plain, plain.map(VersionSet::complement));
  }

  @Property(tries = TRIES)
  void operationsAreThoseOnEachVersion(
      @ForAll @From("sets") VersionSet a,
      @ForAll @From("sets") VersionSet b,
      @ForAll @From("versions") Version version) {
    boolean inA = a.contains(version);
    boolean inB = b.contains(version);
    assertEquals(inA || inB, a.union(b).contains(version));
    assertEquals(inA && inB, a.intersection(b).contains(version));
    assertEquals(!inA, a.complement().contains(version));
    assertEquals(inA && !inB, a.minus(b).contains(version));
  }

  @Property(tries = TRIES)
  void theLawsOfSetsHold(
      @ForAll @From("sets") VersionSet a,
      @ForAll @From("sets") VersionSet b,
      @ForAll @From("sets") VersionSet c) {
    assertEquals(a, a.complement().complement());
    assertEquals(a.union(b), b.union(a));
    assertEquals(a.intersection(b), b.intersection(a));
    assertEquals(a.union(b).union(c), a.union(b.union(c)));
    assertEquals(a.intersection(b.union(c)), a.intersection(b).union(a.intersection(c)));
    assertEquals(a.union(b).complement(), a.complement().intersection(b.complement()));
    assertEquals(a, a.union(a.intersection(b)));
    assertEquals(VersionSet.ALL, a.union(a.complement()));
    assertEquals(VersionSet.NONE, a.intersection(a.complement()));
    assertEquals(a.hashCode(), a.complement().complement().hashCode());
  }

  @Property(tries = TRIES)
  void containmentIsAnOrder(
      @ForAll @From("sets") VersionSet a, @ForAll @From("sets") VersionSet b) {
    assertTrue(a.union(b).containsAll(a));
    assertTrue(a.containsAll(a.intersection(b)));
    assertEquals(a.containsAll(b) && b.containsAll(a), a.equals(b));
    assertEquals(a.meets(b), !a.intersection(b).isEmpty());
  }

  /** Where a set can be written, what is written is the set. */
  @Property(tries = TRIES)
  void whatIsPrintedIsTheSameSet(@ForAll @From("sets") VersionSet a) {
    Optional<Range> range = a.range();
    range.ifPresent(one -> assertEquals(a, VersionSet.of(one), one::toString));
    assertFalse(a.toString().isEmpty());
  }

  @Property(tries = TRIES)
  void aRangeAndItsSetContainTheSame(
      @ForAll @From("versions") Version end, @ForAll @From("versions") Version version) {
    for (String operator : List.of("", "^", "~", ">=", "<=", ">", "<")) {
      Range range = Range.parse(operator + end);
      assertEquals(
          range.contains(version), VersionSet.of(range).contains(version), range::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "^1, >=1.0.0 <2.0.0",
    "1.x, >=1.0.0 <2.0.0",
    "^0.2.3, >=0.2.3 <0.3.0",
    "*, *",
    "<2, <2.0.0",
    ">=2, >=2.0.0",
    "1.2.3, 1.2.3",
    "^1 || ^2, >=1.0.0 <3.0.0",
    "1.2.3-a, 1.2.3-a",
    "^1.2.3-a, >=1.2.3 <2.0.0 || >=1.2.3-a <1.2.3",
    ">1.2.3-a <1.2.3-c, >=1.2.3-a.0 <1.2.3-c",
    "^1 <1, nothing",
  })
  void aSetIsPrintedAsTheShortestRangeThatIsEasyToRead(String range, String printed) {
    assertEquals(printed, VersionSet.of(Range.parse(range)).toString());
  }

  @Test
  void aComplementHasThePrereleasesThatTheRangeHasNot() {
    VersionSet not = VersionSet.of(Range.parse("^1")).complement();
    assertTrue(not.contains(Version.parse("1.5.0-beta")));
    assertFalse(not.contains(Version.parse("1.5.0")));
    assertEquals(Optional.empty(), not.range());
    assertEquals("<1.0.0 || >=2.0.0 || pre-releases from 0.0.0-0", not.toString());
    assertNotEquals(VersionSet.ALL, VersionSet.of(Range.ANY));
  }

  @Test
  void theLargestNumbersHaveAnEnd() {
    VersionSet last = VersionSet.of(Range.parse(">=999999999.999999999.999999999"));
    assertEquals(last, VersionSet.of(Version.parse("999999999.999999999.999999999")));
    assertTrue(VersionSet.of(Range.parse(">999999999.999999999.999999999")).isEmpty());
    assertEquals(
        VersionSet.of(Range.parse(">1.2.999999999")), VersionSet.of(Range.parse(">=1.3.0")));
  }
}
