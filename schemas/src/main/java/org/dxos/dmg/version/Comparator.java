package org.dxos.dmg.version;

import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.version.Interval.Bound;
import org.dxos.dmg.version.Interval.Core;

/**
 * One comparator as written: an operator and a partial version.
 *
 * @param major {@link #ANY} for {@code *}; then the others are too
 * @param minor {@link #ANY} if left out or {@code x}; then the patch counts as such as well
 * @param prerelease counts only after three numbers
 */
record Comparator(Operator operator, long major, long minor, long patch, List<String> prerelease) {

  static final long ANY = -1;

  /** The lowest pre-release of all: what is below it is below every pre-release, too. */
  private static final List<String> LOWEST = List.of("0");

  enum Operator {
    EXACTLY,
    CARET,
    TILDE,
    AT_LEAST,
    AT_MOST,
    ABOVE,
    BELOW
  }

  /** True if it names all three numbers. */
  boolean isFull() {
    return major != ANY && minor != ANY && patch != ANY;
  }

  private void narrow(Ends ends) {
    if (major == ANY) {
      if (operator == Operator.ABOVE || operator == Operator.BELOW) {
        ends.below(0, 0, 0, LOWEST, false); // above or below everything there is nothing
      }
      return;
    }
    switch (operator) {
      case EXACTLY -> {
        if (isFull()) {
          ends.exactly(major, minor, patch, prerelease);
        } else {
          fromHere(ends);
          endOfPartial(ends);
        }
      }
      case CARET -> {
        fromHere(ends);
        endOfCaret(ends);
      }
      case TILDE -> {
        fromHere(ends);
        if (minor == ANY) {
          ends.below(major + 1, 0, 0, LOWEST, false);
        } else {
          ends.below(major, minor + 1, 0, LOWEST, false);
        }
      }
      case AT_LEAST -> fromHere(ends);
      case AT_MOST -> {
        if (isFull()) {
          ends.below(major, minor, patch, prerelease, true);
        } else {
          endOfPartial(ends);
        }
      }
      case ABOVE -> {
        if (isFull()) {
          ends.above(major, minor, patch, prerelease, false);
        } else if (minor == ANY) {
          ends.above(major + 1, 0, 0, List.of(), true);
        } else {
          ends.above(major, minor + 1, 0, List.of(), true);
        }
      }
      case BELOW -> {
        if (isFull()) {
          ends.below(major, minor, patch, prerelease, false);
        } else {
          ends.below(major, Math.max(minor, 0), 0, LOWEST, false);
        }
      }
    }
  }

  /** From the first version that the partial stands for. */
  private void fromHere(Ends ends) {
    if (isFull()) {
      ends.above(major, minor, patch, prerelease, true);
    } else {
      ends.above(major, Math.max(minor, 0), 0, List.of(), true);
    }
  }

  /** To the last version that a partial with something left out stands for. */
  private void endOfPartial(Ends ends) {
    if (minor == ANY) {
      ends.below(major + 1, 0, 0, LOWEST, false);
    } else {
      ends.below(major, minor + 1, 0, LOWEST, false);
    }
  }

  /** Up to a change of the leftmost number that is not zero, or of the last one that is given. */
  private void endOfCaret(Ends ends) {
    if (major > 0 || minor == ANY) {
      ends.below(major + 1, 0, 0, LOWEST, false);
    } else if (minor > 0 || patch == ANY) {
      ends.below(0, minor + 1, 0, LOWEST, false);
    } else {
      ends.below(0, 0, patch + 1, LOWEST, false);
    }
  }

  /** The interval in which all comparators of a set hold: two ends, each moved inwards only. */
  static final class Ends {
    private Bound lower = Bound.NONE;
    private Bound upper = Bound.NONE;
    private List<Core> admitted = List.of();

    void add(Comparator one) {
      one.narrow(this);
      if (one.isFull() && !one.prerelease.isEmpty()) {
        if (admitted.isEmpty()) {
          admitted = new ArrayList<>(1);
        }
        admitted.add(new Core(one.major, one.minor, one.patch));
      }
    }

    Interval interval() {
      return new Interval(lower, upper, admitted);
    }

    private void exactly(long major, long minor, long patch, List<String> prerelease) {
      raise(major, minor, patch, prerelease, true);
      below(major, minor, patch, prerelease, true);
    }

    private void above(
        long major, long minor, long patch, List<String> prerelease, boolean inclusive) {
      if (inclusive && major == 0 && minor == 0 && patch == 0 && prerelease.isEmpty()) {
        // npm takes `>=0.0.0` for `*`, which shows beside `<=0.0.0-beta`.
        return;
      }
      raise(major, minor, patch, prerelease, inclusive);
    }

    private void raise(
        long major, long minor, long patch, List<String> prerelease, boolean inclusive) {
      if (!(lower instanceof Bound.At now)
          || isTighter(-now.compareTo(major, minor, patch, prerelease), inclusive)) {
        lower = new Bound.At(major, minor, patch, prerelease, inclusive);
      }
    }

    private void below(
        long major, long minor, long patch, List<String> prerelease, boolean inclusive) {
      if (!(upper instanceof Bound.At now)
          || isTighter(now.compareTo(major, minor, patch, prerelease), inclusive)) {
        upper = new Bound.At(major, minor, patch, prerelease, inclusive);
      }
    }

    private static boolean isTighter(int inwards, boolean inclusive) {
      return inwards > 0 || (inwards == 0 && !inclusive);
    }
  }
}
