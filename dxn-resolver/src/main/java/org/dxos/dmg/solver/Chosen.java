package org.dxos.dmg.solver;

import java.util.List;
import java.util.OptionalInt;
import org.dxos.dmg.select.Release;

/**
 * A release in a solution.
 *
 * @param variant index into the record's runtimes; empty if it has none
 * @param needs the releases here that satisfy its dependencies
 */
public record Chosen(Release release, OptionalInt variant, List<Release> needs) {

  public Chosen {
    needs = List.copyOf(needs);
  }
}
