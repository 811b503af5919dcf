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
  public static final Range ANY = new Reader("*").range();

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
    if (text.equals("*")) {
      return ANY;
    }
    return switch (read(text)) {
      case RangeResult.Parsed parsed -> parsed.range();
      case RangeResult.Refused refused ->
          throw FormatException.at(
              refused.offset(),
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

    private final String text;

    /** False once the text has other spaces than the canonical spelling. */
    private boolean canonical = true;

    private Reader(String text) {
      this.in = new Scanner(text);
      this.text = text;
    }

    private Range range() {
      Comparator first = comparator();
      boolean alone = in.done();
      Interval set = restOfSet(first);
      List<Interval> sets = List.of(set);
      if (!in.done()) {
        sets = new ArrayList<>(4);
        sets.add(set);
        while (nextSet()) {
          sets.add(restOfSet(comparator()));
        }
        in.requireDone("` `, `||` or the end");
      }
      List<Version> exact = alone ? exactOf(first) : List.of();
      return new Range(
          exact.isEmpty() ? spelling() : exact.getFirst().toString(), intervals(sets), exact);
    }

    /** Passes over `||` and the spaces behind it, if another set follows. */
    private boolean nextSet() {
      if (!in.skip('|')) {
        return false;
      }
      if (!in.skip('|')) {
        throw in.expected("a second `|`");
      }
      canonical &= in.skipSpaces() == 1;
      return true;
    }

    /**
     * One set from its second comparator on, and the spaces before a {@code ||} that follows it.
     */
    private Interval restOfSet(Comparator first) {
      Comparator.Ends ends = new Comparator.Ends();
      ends.add(first);
      while (true) {
        int spaces = in.skipSpaces();
        boolean more = spaces > 0 && in.peek() != '|';
        canonical &= spaces == (more || in.peek() == '|' ? 1 : 0);
        if (!more) {
          return ends.interval();
        }
        ends.add(comparator());
      }
    }

    /** One space between comparators and on either side of `||`. */
    private String spelling() {
      if (canonical) {
        return text;
      }
      StringBuilder out = new StringBuilder(text.length() + 8);
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        boolean or = c == '|';
        boolean gap = i > 0 && (text.charAt(i - 1) == ' ' || (text.charAt(i - 1) == '|') != or);
        if (c != ' ') {
          out.append(gap ? " " : "").append(c);
        }
      }
      return out.toString();
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

    private static List<Version> exactOf(Comparator only) {
      return only.operator() == Operator.EXACTLY && only.isFull()
          ? List.of(new Version(only.major(), only.minor(), only.patch(), only.prerelease()))
          : List.of();
    }

    private static Interval[] intervals(List<Interval> sets) {
      for (Interval set : sets) {
        if (set.isEverything()) {
          // npm: where one set is `*`, the range is `*`, so that `* || 1.0.0-b` has no pre-release.
          return new Interval[] {set};
        }
      }
      return sets.toArray(new Interval[0]);
    }
  }
}
