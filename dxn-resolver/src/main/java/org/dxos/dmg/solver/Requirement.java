package org.dxos.dmg.solver;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.explain.Wanted;
import org.dxos.dmg.select.Providers;
import org.dxos.dmg.version.Range;

/**
 * One thing that has to be met, by any of its options. Equal requirements of several releases are
 * one of these.
 */
final class Requirement {

  /**
   * A name and a range as a release binds them: what tells requirements apart.
   *
   * @param genesis empty if the release binds the authority to no id
   * @param provider the module that the dependency names for an API
   */
  record Alternative(
      Name name, Optional<Cid> genesis, Range range, Optional<Providers.Named> provider) {

    /** Of the two texts that differ most; a question makes and compares very many of these. */
    @Override
    public int hashCode() {
      return 31 * name.local().hashCode() + range.hashCode();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Alternative same
          && name.local().equals(same.name.local())
          && range.equals(same.range)
          && name.kind() == same.name.kind()
          && genesis.equals(same.genesis)
          && provider.equals(same.provider)
          && name.authority().equals(same.name.authority());
    }
  }

  /**
   * A slot in which it can be met.
   *
   * @param values that meet it
   * @param order those values, best first
   */
  record Option(Slot slot, Bits values, int[] order) {}

  final Wanted wanted;
  final List<Option> options;

  /** Which option is taken, where there are several. */
  final Optional<Slot> choice;

  Requirement(Wanted wanted, List<Option> options, Optional<Slot> choice) {
    this.wanted = wanted;
    this.options = options;
    this.choice = choice;
  }
}
