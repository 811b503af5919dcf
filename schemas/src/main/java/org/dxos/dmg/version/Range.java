package org.dxos.dmg.version;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;
import org.dxos.dmg.version.Comparator.Operator;

/**
 * A set of versions, written as npm writes it. Immutable; two ranges are equal if their canonical
 * spelling is, so {@code ^1} and {@code 1.x} are not, though they contain the same.
 *
 * <p>The canonical spelling has one space between comparators and {@code " || "} between sets, and
 * is otherwise what was written; {@code =x.y.z} alone is {@code x.y.z}.
 *
 * <p>Bounds are worked out when the range is made: {@link #contains} compares at most two versions
 * a set and allocates nothing.
 */
public final class Range {

  /** Every stable version. */
  public static final Range ANY = parse("*");

  private final String text;
  private final Interval[] sets;
  private final List<Version> exact;

  private Range(String text, Interval[] sets, List<Version> exact) {
    this.text = text;
    this.sets = sets;
    this.exact = exact;
  }

  /**
   * Reads a range.
   *
   * @throws FormatException with {@link ErrorCode#RANGE_SYNTAX} and the offset
   */
  public static Range parse(String text) {
    return switch (read(text)) {
      case RangeResult.Parsed parsed -> parsed.range();
      case RangeResult.Refused refused ->
          throw new FormatException(
              ErrorCode.RANGE_SYNTAX,
              "read range `%s` at offset %d: expected %s"
                  .formatted(Quoted.of(text), refused.offset(), refused.expected()));
    };
  }

  /** As {@link #parse}, for a caller that has codes of its own for what may be wrong. */
  public static RangeResult read(String text) {
    try {
      return new RangeResult.Parsed(new Reader(text).range());
    } catch (SyntaxFault fault) {
      return fault.refused();
    }
  }

  /** The range that contains {@code version} and nothing else. */
  public static Range exactly(Version version) {
    return parse(version.toString());
  }

  /** True if {@code version} is one of this range. */
  public boolean contains(Version version) {
    for (Interval set : sets) {
      if (set.contains(version)) {
        return true;
      }
    }
    return false;
  }

  /** The one version that the range is, if it is written as such. */
  public Optional<Version> exact() {
    return exact.stream().findFirst();
  }

  /** Its sets, worked out. */
  List<Interval> intervals() {
    return List.of(sets);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Range range && text.equals(range.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The canonical spelling. */
  @Override
  public String toString() {
    return text;
  }

  private static final class Reader {
    private static final String COMPARATOR = "a number or `*`, after `^ ~ >= <= > < =` or nothing";

    private final Scanner in;
    private final StringBuilder canonical = new StringBuilder();

    private Reader(String text) {
      this.in = new Scanner(text);
    }

    private Range range() {
      List<List<Comparator>> sets = new ArrayList<>(2);
      do {
        if (!sets.isEmpty()) {
          in.skipSpaces();
          canonical.append(" || ");
        }
        sets.add(set());
      } while (nextSet());
      in.requireDone("` `, `||` or the end");
      List<Version> exact = exactOf(sets);
      return new Range(
          exact.isEmpty() ? canonical.toString() : exact.getFirst().toString(),
          intervals(sets),
          exact);
    }

    private boolean nextSet() {
      if (!in.skip('|')) {
        return false;
      }
      if (!in.skip('|')) {
        throw in.expected("a second `|`");
      }
      return true;
    }

    /** One set, and the spaces before a {@code ||} that follows it. */
    private List<Comparator> set() {
      List<Comparator> set = new ArrayList<>(2);
      while (true) {
        int from = in.at();
        set.add(comparator());
        canonical.append(in.since(from));
        if (in.skipSpaces() == 0 || in.peek() == '|') {
          return set;
        }
        canonical.append(' ');
      }
    }

    private Comparator comparator() {
      Operator operator = operator();
      if (in.skip('*')) {
        return new Comparator(operator, Comparator.ANY, Comparator.ANY, Comparator.ANY, List.of());
      }
      if (!in.atDigit()) {
        throw in.expected(COMPARATOR);
      }
      long major = in.number();
      if (!in.skip('.')) {
        return new Comparator(operator, major, Comparator.ANY, Comparator.ANY, List.of());
      }
      long minor = numberOrAny();
      if (!in.skip('.')) {
        return new Comparator(operator, major, minor, Comparator.ANY, List.of());
      }
      long patch = numberOrAny();
      List<String> prerelease = in.prerelease();
      // After `x` no number counts any more: 1.x.3 is 1.x.
      return new Comparator(
          operator, major, minor, minor == Comparator.ANY ? Comparator.ANY : patch, prerelease);
    }

    private Operator operator() {
      if (in.skip('^')) {
        return Operator.CARET;
      }
      if (in.skip('~')) {
        return Operator.TILDE;
      }
      if (in.skip('>')) {
        return in.skip('=') ? Operator.AT_LEAST : Operator.ABOVE;
      }
      if (in.skip('<')) {
        return in.skip('=') ? Operator.AT_MOST : Operator.BELOW;
      }
      in.skip('=');
      return Operator.EXACTLY;
    }

    private long numberOrAny() {
      if (in.skip('*') || in.skip('x') || in.skip('X')) {
        return Comparator.ANY;
      }
      if (!in.atDigit()) {
        throw in.expected("a number, `x` or `*`");
      }
      return in.number();
    }

    private static List<Version> exactOf(List<List<Comparator>> sets) {
      if (sets.size() != 1 || sets.getFirst().size() != 1) {
        return List.of();
      }
      Comparator only = sets.getFirst().getFirst();
      return only.operator() == Operator.EXACTLY && only.isFull()
          ? List.of(new Version(only.major(), only.minor(), only.patch(), only.prerelease()))
          : List.of();
    }

    private static Interval[] intervals(List<List<Comparator>> sets) {
      Interval[] intervals = new Interval[sets.size()];
      for (int i = 0; i < intervals.length; i++) {
        intervals[i] = Comparator.intersect(sets.get(i));
        if (intervals[i].isEverything()) {
          // npm: where one set is `*`, the range is `*`, so that `* || 1.0.0-b` has no pre-release.
          return new Interval[] {intervals[i]};
        }
      }
      return intervals;
    }
  }
}
