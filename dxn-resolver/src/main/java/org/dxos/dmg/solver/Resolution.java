package org.dxos.dmg.solver;

import java.util.List;

/** What a solver finds. */
public sealed interface Resolution {

  /** A set in which every requirement is met, in the order in which it was decided. */
  record Solved(List<Chosen> chosen) implements Resolution {
    public Solved {
      chosen = List.copyOf(chosen);
    }
  }

  /**
   * There is none.
   *
   * @param facts statements of what is released and what is required, which together leave no
   *     choice
   * @param hint what would mend it, or the empty text
   */
  record Unsolvable(List<String> facts, String hint) implements Resolution {
    public Unsolvable {
      facts = List.copyOf(facts);
    }
  }
}
