package org.dxos.dmg.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What was found so far: all of it counts, and the first ones are kept in words. Nobody mends more
 * at a time, and a file of nothing but mistakes would cost many times its size in sentences.
 */
final class Findings {

  /** As many as a person reads, and an editor marks. */
  static final int MAX_KEPT = 100;

  private final List<Finding> kept = new ArrayList<>();
  private int count;

  void add(Supplier<Finding> finding) {
    if (count++ < MAX_KEPT) {
      kept.add(finding.get());
    }
  }

  int count() {
    return count;
  }

  /** True if another one would not be kept. */
  boolean full() {
    return count >= MAX_KEPT;
  }

  ManifestResult.Invalid result() {
    if (count > MAX_KEPT) {
      kept.add(
          new Finding(
              "",
              (count - MAX_KEPT) + " findings more",
              "none; the first " + MAX_KEPT + " are told",
              Optional.of("mend these first")));
    }
    return new ManifestResult.Invalid(kept);
  }
}
