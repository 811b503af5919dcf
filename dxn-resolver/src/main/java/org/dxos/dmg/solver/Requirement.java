package org.dxos.dmg.solver;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.select.Providers;
import org.dxos.dmg.select.Release;
import org.dxos.dmg.version.Range;

/**
 * One thing that has to be met: any of its alternatives, tried in order.
 *
 * @param level of the decision that brought it; -1 for a root
 * @param by who requires it; empty for a root
 */
record Requirement(int level, Optional<Release> by, List<Alternative> alternatives) {

  /**
   * @param provider the module that the dependency names for an API
   */
  record Alternative(Name name, Cid genesis, Range range, Optional<Providers.Named> provider) {
    @Override
    public String toString() {
      return "`" + name + "@" + range + "`";
    }
  }

  Requirement {
    alternatives = List.copyOf(alternatives);
  }

  /** The requirement in words. */
  @Override
  public String toString() {
    String wanted = String.join(" or ", alternatives.stream().map(Alternative::toString).toList());
    return by.map(release -> "`" + release.name() + "@" + release.version() + "` requires ")
            .orElse("you asked for ")
        + wanted;
  }
}
