package org.dxos.dmg.solver;

import java.util.List;
import org.dxos.dmg.explain.Explanation;

/** What a solver finds. */
public sealed interface Resolution {

  /** A set in which every requirement is met, in the order in which it was decided. */
  record Solved(List<Chosen> chosen) implements Resolution {
    public Solved {
      chosen = List.copyOf(chosen);
    }
  }

  /** There is none. */
  record Unsolvable(Explanation why) implements Resolution {}
}
