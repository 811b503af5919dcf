package org.dxos.dmg.impact;

import java.util.ArrayDeque;
import java.util.BitSet;

/** Walks of everything that leads somewhere. */
final class Walks {

  private Walks() {}

  /** All that lead to one of {@code from} at once or over others, and these themselves. */
  static BitSet backwards(DependencyGraph graph, BitSet from) {
    BitSet reached = new BitSet();
    reached.or(from);
    ArrayDeque<Integer> open = new ArrayDeque<>();
    from.stream().forEach(open::add);
    while (!open.isEmpty()) {
      for (int source : graph.dependents(open.remove())) {
        if (!reached.get(source)) {
          reached.set(source);
          open.add(source);
        }
      }
    }
    return reached;
  }
}
