package org.dxos.dmg.version;

import java.util.List;

/**
 * One set of comparators, worked out: every comparator bounds the order of versions from below or
 * above, so a set is one interval, and the pre-releases that it lets in.
 *
 * @param admitted the {@code x.y.z} of comparators that name a pre-release, and only those whose
 *     pre-releases may be contained
 */
record Interval(Bound lower, Bound upper, List<Core> admitted) {

  /** The three numbers of a version, as a comparator wrote them. */
  record Core(long major, long minor, long patch) {}

  /** An end of the interval. */
  sealed interface Bound {

    Bound NONE = new Open();

    /** No end on this side. */
    record Open() implements Bound {}

    /** Numbers may be one past the largest of a version: the end of {@code 999999999.x}. */
    record At(long major, long minor, long patch, List<String> prerelease, boolean inclusive)
        implements Bound {

      int compareTo(long otherMajor, long otherMinor, long otherPatch, List<String> others) {
        int order = Long.compare(major, otherMajor);
        order = order != 0 ? order : Long.compare(minor, otherMinor);
        order = order != 0 ? order : Long.compare(patch, otherPatch);
        return order != 0 ? order : Version.comparePrereleases(prerelease, others);
      }
    }
  }

  Interval {
    admitted = List.copyOf(admitted);
  }

  /** True if no comparator of the set says anything. */
  boolean isEverything() {
    return lower instanceof Bound.Open && upper instanceof Bound.Open;
  }

  boolean contains(Version version) {
    if (lower instanceof Bound.At at) {
      int order = version.compareTo(at.major, at.minor, at.patch, at.prerelease);
      if (order < 0 || (order == 0 && !at.inclusive)) {
        return false;
      }
    }
    if (upper instanceof Bound.At at) {
      int order = version.compareTo(at.major, at.minor, at.patch, at.prerelease);
      if (order > 0 || (order == 0 && !at.inclusive)) {
        return false;
      }
    }
    return !version.isPrerelease() || admits(version);
  }

  private boolean admits(Version version) {
    for (Core core : admitted) {
      if (core.patch == version.patch()
          && core.minor == version.minor()
          && core.major == version.major()) {
        return true;
      }
    }
    return false;
  }
}
