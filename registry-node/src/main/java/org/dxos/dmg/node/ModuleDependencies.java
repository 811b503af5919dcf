package org.dxos.dmg.node;

import java.util.BitSet;
import org.dxos.dmg.impact.DependencyGraph;
import org.dxos.dmg.modules.ModuleGraph;

/** The module graph as the resolver's questions need it. */
record ModuleDependencies(ModuleGraph graph) implements DependencyGraph {

  @Override
  public int size() {
    return graph.size();
  }

  @Override
  public int[] dependencies(int release) {
    return graph.dependencies(release);
  }

  @Override
  public int[] dependents(int release) {
    return graph.directDependents(release);
  }

  @Override
  public int[] choices(int release, BitSet gone) {
    return graph.choices(release, gone);
  }
}
