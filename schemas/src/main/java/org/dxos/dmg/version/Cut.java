package org.dxos.dmg.version;

import java.util.List;

/**
 * A place between two versions: just before the version of these parts. Every end of an interval
 * can be said so, as each version has a next one: after 1.2.3 comes 1.2.4 among the stable ones,
 * and after 1.2.3-a comes 1.2.3-a.0 among the pre-releases.
 *
 * @param major one past the largest for the end of all versions
 */
record Cut(long major, long minor, long patch, List<String> prerelease) implements Comparable<Cut> {

  private static final List<String> LOWEST = List.of("0");

  static final Cut START = new Cut(0, 0, 0, List.of());
  static final Cut PRERELEASE_START = new Cut(0, 0, 0, LOWEST);

  /** After everything, of either kind. */
  static final Cut END = new Cut(Version.MAX_NUMBER + 1, 0, 0, List.of());

  /** Before the first stable version that is at or (if not {@code at}) after these parts. */
  static Cut stable(long major, long minor, long patch, List<String> prerelease, boolean at) {
    return at || !prerelease.isEmpty()
        ? carried(major, minor, patch, List.of())
        : carried(major, minor, patch + 1, List.of());
  }

  /** Before the first pre-release that is at or (if not {@code at}) after these parts. */
  static Cut prerelease(long major, long minor, long patch, List<String> prerelease, boolean at) {
    if (prerelease.isEmpty()) {
      // Every pre-release of these numbers comes before them.
      return afterPrereleases(major, minor, patch);
    }
    if (at) {
      return carried(major, minor, patch, prerelease);
    }
    List<String> next = new java.util.ArrayList<>(prerelease);
    next.add("0");
    return carried(major, minor, patch, List.copyOf(next));
  }

  /** Before the first pre-release of these numbers. */
  static Cut beforePrereleases(long major, long minor, long patch) {
    return carried(major, minor, patch, LOWEST);
  }

  /** After the last pre-release of these numbers. */
  static Cut afterPrereleases(long major, long minor, long patch) {
    return carried(major, minor, patch + 1, LOWEST);
  }

  /** Numbers one past the largest are carried, so that each place has one form. */
  private static Cut carried(long major, long minor, long patch, List<String> prerelease) {
    long toMinor = patch > Version.MAX_NUMBER ? minor + 1 : minor;
    long toMajor = toMinor > Version.MAX_NUMBER ? major + 1 : major;
    if (toMajor > Version.MAX_NUMBER) {
      return END;
    }
    if (toMajor != major) {
      return new Cut(toMajor, 0, 0, prerelease.isEmpty() ? prerelease : LOWEST);
    }
    return toMinor != minor
        ? new Cut(major, toMinor, 0, prerelease.isEmpty() ? prerelease : LOWEST)
        : new Cut(major, minor, patch, prerelease);
  }

  /** True if the version is behind this place. */
  boolean isBefore(Version version) {
    return version.compareTo(major, minor, patch, prerelease) >= 0;
  }

  @Override
  public int compareTo(Cut other) {
    int order = Long.compare(major, other.major);
    order = order != 0 ? order : Long.compare(minor, other.minor);
    order = order != 0 ? order : Long.compare(patch, other.patch);
    return order != 0 ? order : Version.comparePrereleases(prerelease, other.prerelease);
  }

  /** The version just behind this place, which is one unless this is the end. */
  String text() {
    String numbers = major + "." + minor + "." + patch;
    return prerelease.isEmpty() ? numbers : numbers + "-" + String.join(".", prerelease);
  }
}
