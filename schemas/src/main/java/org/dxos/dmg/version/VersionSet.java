package org.dxos.dmg.version;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A set of versions, as intervals: what a {@link Range} contains, and what comes of joining,
 * intersecting and turning such sets round. Two are equal if they have the same versions, however
 * they came about: {@code ^1} and {@code 1.x} are two ranges and one set.
 *
 * <p>npm lets a pre-release in only where a comparator names one of the same three numbers. That is
 * no interval over the order of versions; so stable versions and pre-releases are two sets, kept
 * apart, and all laws of sets hold: the complement of {@code ^1} has 1.5.0-beta, as {@code ^1} has
 * not.
 */
public final class VersionSet {

  private static final Cuts ALL_STABLE = Cuts.between(Cut.START, Cut.END);
  private static final Cuts ALL_PRERELEASES = Cuts.between(Cut.PRERELEASE_START, Cut.END);

  public static final VersionSet NONE = new VersionSet(Cuts.NONE, Cuts.NONE);

  /** Every version, pre-releases too. */
  public static final VersionSet ALL = new VersionSet(ALL_STABLE, ALL_PRERELEASES);

  private final Cuts stable;
  private final Cuts prereleases;

  private VersionSet(Cuts stable, Cuts prereleases) {
    this.stable = stable;
    this.prereleases = prereleases;
  }

  /** What a range contains. */
  public static VersionSet of(Range range) {
    VersionSet all = NONE;
    for (Interval interval : range.intervals()) {
      all = all.union(of(interval));
    }
    return all;
  }

  /** The set of one version. */
  public static VersionSet of(Version version) {
    return of(Range.exactly(version));
  }

  private static VersionSet of(Interval interval) {
    Cut from = Cut.START;
    Cut fromPrerelease = Cut.PRERELEASE_START;
    if (interval.lower() instanceof Interval.Bound.At at) {
      boolean in = at.inclusive();
      from = Cut.stable(at.major(), at.minor(), at.patch(), at.prerelease(), in);
      fromPrerelease = Cut.prerelease(at.major(), at.minor(), at.patch(), at.prerelease(), in);
    }
    Cut to = Cut.END;
    Cut toPrerelease = Cut.END;
    if (interval.upper() instanceof Interval.Bound.At at) {
      boolean out = !at.inclusive();
      to = Cut.stable(at.major(), at.minor(), at.patch(), at.prerelease(), out);
      toPrerelease = Cut.prerelease(at.major(), at.minor(), at.patch(), at.prerelease(), out);
    }
    Cuts admitted = Cuts.NONE;
    for (Interval.Core core : interval.admitted()) {
      admitted =
          admitted.union(
              Cuts.between(
                  Cut.beforePrereleases(core.major(), core.minor(), core.patch()),
                  Cut.afterPrereleases(core.major(), core.minor(), core.patch())));
    }
    return new VersionSet(
        Cuts.between(from, to), admitted.intersection(Cuts.between(fromPrerelease, toPrerelease)));
  }

  public boolean contains(Version version) {
    return (version.isPrerelease() ? prereleases : stable).contains(version);
  }

  public boolean isEmpty() {
    return stable.isEmpty() && prereleases.isEmpty();
  }

  /** What is in either. */
  public VersionSet union(VersionSet other) {
    return new VersionSet(stable.union(other.stable), prereleases.union(other.prereleases));
  }

  /** What is in both. */
  public VersionSet intersection(VersionSet other) {
    return new VersionSet(
        stable.intersection(other.stable), prereleases.intersection(other.prereleases));
  }

  /** Every version that is not in this. */
  public VersionSet complement() {
    return new VersionSet(stable.complement(ALL_STABLE), prereleases.complement(ALL_PRERELEASES));
  }

  /** What is in this and not in the other. */
  public VersionSet minus(VersionSet other) {
    return intersection(other.complement());
  }

  /** True if every version of {@code other} is in this. */
  public boolean containsAll(VersionSet other) {
    return other.minus(this).isEmpty();
  }

  /** True if some version is in both. */
  public boolean meets(VersionSet other) {
    return !intersection(other).isEmpty();
  }

  /**
   * A range that contains just this; empty if there is none: for the empty set {@code <0.0.0-0},
   * but no range has the pre-releases of all versions between two.
   */
  public Optional<Range> range() {
    if (isEmpty()) {
      return Optional.of(Range.parse("<0.0.0-0"));
    }
    List<String> sets = new ArrayList<>();
    List<Cut> stables = stable.cuts();
    for (int i = 0; i < stables.size(); i += 2) {
      sets.add(stable(stables.get(i), stables.get(i + 1)));
    }
    if (stable.equals(ALL_STABLE) && !prereleases.isEmpty()) {
      // Beside `*` npm forgets every other set, and with it the pre-releases.
      sets.set(0, "<1.0.0 || >=1.0.0");
    }
    List<Cut> ends = prereleases.cuts();
    for (int i = 0; i < ends.size(); i += 2) {
      Cut from = ends.get(i);
      Cut to = ends.get(i + 1);
      boolean inOne =
          to.equals(Cut.afterPrereleases(from.major(), from.minor(), from.patch()))
              || (from.major() == to.major()
                  && from.minor() == to.minor()
                  && from.patch() == to.patch());
      if (!inOne) {
        return Optional.empty();
      }
      sets.add(prerelease(from, to));
    }
    String text = String.join(" || ", sets);
    return text.length() > Version.MAX_TEXT ? Optional.empty() : Optional.of(Range.parse(text));
  }

  private static String stable(Cut from, Cut to) {
    boolean one = to.equals(Cut.stable(from.major(), from.minor(), from.patch(), List.of(), false));
    if (one) {
      return from.text();
    }
    if (from.equals(Cut.START) && to.equals(Cut.END)) {
      return "*";
    }
    String lower = from.equals(Cut.START) ? "" : ">=" + from.text();
    String upper = to.equals(Cut.END) ? "" : "<" + to.text();
    return lower.isEmpty() || upper.isEmpty() ? lower + upper : lower + " " + upper;
  }

  private static String prerelease(Cut from, Cut to) {
    boolean toEnd = to.equals(Cut.afterPrereleases(from.major(), from.minor(), from.patch()));
    String numbers = from.major() + "." + from.minor() + "." + from.patch();
    String upper = toEnd ? numbers : to.text();
    boolean one =
        to.equals(
            Cut.prerelease(from.major(), from.minor(), from.patch(), from.prerelease(), false));
    return one ? from.text() : ">=" + from.text() + " <" + upper;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VersionSet set
        && stable.equals(set.stable)
        && prereleases.equals(set.prereleases);
  }

  @Override
  public int hashCode() {
    return 31 * stable.hashCode() + prereleases.hashCode();
  }

  /** The range, if there is one; else the intervals, pre-releases behind a word of their own. */
  @Override
  public String toString() {
    Optional<Range> range = range();
    if (range.isPresent()) {
      return isEmpty() ? "nothing" : range.get().toString();
    }
    List<String> sets = new ArrayList<>();
    for (int i = 0; i < stable.cuts().size(); i += 2) {
      sets.add(stable(stable.cuts().get(i), stable.cuts().get(i + 1)));
    }
    for (int i = 0; i < prereleases.cuts().size(); i += 2) {
      Cut from = prereleases.cuts().get(i);
      Cut to = prereleases.cuts().get(i + 1);
      sets.add(
          "pre-releases from "
              + from.text()
              + (to.equals(Cut.END) ? "" : " to before " + to.text()));
    }
    return String.join(" || ", sets);
  }
}
