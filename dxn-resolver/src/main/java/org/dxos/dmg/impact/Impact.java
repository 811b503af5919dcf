package org.dxos.dmg.impact;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who would be hurt if some releases were withdrawn.
 *
 * @param lost clauses that would have no candidate left
 * @param moved clauses that would lead to another release than they do
 * @param indirect releases that lose no clause themselves, and would lead to one that does
 * @param roots of all these, those on which nobody depends but what is withdrawn
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record Impact(List<Change> lost, List<Change> moved, int[] indirect, int[] roots) {

  /**
   * A clause that is touched.
   *
   * @param release whose clause it is
   * @param clause which of its clauses, from 0
   * @param from where it leads
   * @param to where it would lead, or {@link DependencyGraph#NOTHING}
   */
  public record Change(int release, int clause, int from, int to) {}

  public Impact {
    lost = List.copyOf(lost);
    moved = List.copyOf(moved);
  }

  /** What would come of it; every list in the order of numbers. */
  public static Impact of(DependencyGraph graph, int... withdrawn) {
    BitSet gone = new BitSet();
    Arrays.stream(withdrawn).forEach(gone::set);
    BitSet asking = new BitSet();
    gone.stream().forEach(one -> Arrays.stream(graph.dependents(one)).forEach(asking::set));
    asking.andNot(gone);
    List<Change> lost = new ArrayList<>();
    List<Change> moved = new ArrayList<>();
    for (int release : asking.stream().toArray()) {
      int[] now = graph.choices(release, new BitSet());
      int[] then = graph.choices(release, gone);
      for (int clause = 0; clause < now.length; clause++) {
        if (then[clause] != now[clause]) {
          (then[clause] == DependencyGraph.NOTHING ? lost : moved)
              .add(new Change(release, clause, now[clause], then[clause]));
        }
      }
    }
    BitSet broken = new BitSet();
    lost.forEach(change -> broken.set(change.release()));
    BitSet indirect = leadingTo(graph, broken, moved, gone);
    BitSet all = (BitSet) indirect.clone();
    moved.forEach(change -> all.set(change.release()));
    indirect.andNot(broken);
    int[] roots =
        all.stream()
            .filter(one -> Arrays.stream(graph.dependents(one)).allMatch(gone::get))
            .toArray();
    lost.sort(Comparator.comparingInt(Change::release).thenComparingInt(Change::clause));
    moved.sort(Comparator.comparingInt(Change::release).thenComparingInt(Change::clause));
    return new Impact(lost, moved, indirect.stream().toArray(), roots);
  }

  /** All that would lead to a broken one, and these themselves. */
  private static BitSet leadingTo(
      DependencyGraph graph, BitSet broken, List<Change> moved, BitSet gone) {
    Map<Integer, List<Integer>> newly = new HashMap<>();
    moved.forEach(
        one -> newly.computeIfAbsent(one.to(), _ -> new ArrayList<>()).add(one.release()));
    BitSet reached = (BitSet) broken.clone();
    ArrayDeque<Integer> open = new ArrayDeque<>();
    broken.stream().forEach(open::add);
    while (!open.isEmpty()) {
      int one = open.remove();
      List<Integer> sources = new ArrayList<>(newly.getOrDefault(one, List.of()));
      Arrays.stream(graph.dependents(one)).forEach(sources::add);
      for (int source : sources) {
        if (!gone.get(source) && !reached.get(source)) {
          reached.set(source);
          open.add(source);
        }
      }
    }
    return reached;
  }
}
