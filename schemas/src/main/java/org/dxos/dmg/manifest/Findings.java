package org.dxos.dmg.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What was found so far. The first ones are kept in words; then reading lists ends. Nobody mends
 * more at a time, and a file of nothing but mistakes would cost many times its size in sentences.
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

  /** True once one was not kept. */
  boolean full() {
    return count > MAX_KEPT;
  }

  ManifestResult.Invalid result() {
    if (count > MAX_KEPT) {
      kept.add(
          new Finding(
              "",
              "more than " + MAX_KEPT + " findings",
              "fewer",
              Optional.of("mend these first: the others are not told")));
    }
    return new ManifestResult.Invalid(kept);
  }
}
