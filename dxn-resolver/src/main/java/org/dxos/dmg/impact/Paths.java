package org.dxos.dmg.impact;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The ways by which one release leads to others, shortest first. Only minimal ones: no step of a
 * path can be left out, because no release on it leads at once to one that comes later than the
 * next. Every other path is one of these with detours.
 *
 * <p>Each further path costs at most as many walks of the closure as it has steps, however many
 * paths there are (the partition of Lawler: what is not yet told is split by where it leaves the
 * paths that were).
 */
public final class Paths {

  /** What a path may still be: it begins so, and does not go on with one of these. */
  private record Way(int[] path, int fixed, Set<Integer> not) {}

  private final DependencyGraph graph;
  private final BitSet targets = new BitSet();

  /** What leads to a target at all: nothing else is looked at. */
  private final BitSet useful;

  private Paths(DependencyGraph graph, int[] targets) {
    this.graph = graph;
    Arrays.stream(targets).forEach(this.targets::set);
    this.useful = Walks.backwards(graph, this.targets);
  }

  /**
   * The first paths from a release to the nearest of {@code targets} on each way.
   *
   * @param limit how many at most
   * @return each from {@code from} to a target, both included; shortest first, of equally long ones
   *     the one first whose releases come first in the clauses. Empty if there is none.
   */
  public static List<int[]> between(DependencyGraph graph, int from, int[] targets, int limit) {
    return new Paths(graph, targets).search(from, limit);
  }

  private List<int[]> search(int from, int limit) {
    List<int[]> found = new ArrayList<>();
    PriorityQueue<Way> open =
        new PriorityQueue<>(
            (a, b) ->
                a.path().length == b.path().length
                    ? compare(a.path(), b.path())
                    : Integer.compare(a.path().length, b.path().length));
    if (targets.get(from)) {
      return List.of(new int[] {from});
    }
    complete(new int[] {from}, Set.of()).ifPresent(open::add);
    while (!open.isEmpty() && found.size() < limit) {
      Way way = open.remove();
      found.add(way.path());
      for (int at = way.fixed(); at < way.path().length; at++) {
        Set<Integer> not = new HashSet<>(at == way.fixed() ? way.not() : Set.of());
        not.add(way.path()[at]);
        complete(Arrays.copyOf(way.path(), at), not).ifPresent(open::add);
      }
    }
    return found;
  }

  /** By where the first difference comes in the clauses of what both share. */
  private int compare(int[] a, int[] b) {
    int at = Arrays.mismatch(a, b);
    if (at <= 0) {
      return 0;
    }
    for (int next : graph.dependencies(a[at - 1])) {
      if (next == a[at] || next == b[at]) {
        return next == a[at] ? -1 : 1;
      }
    }
    throw new IllegalStateException("a path goes where no clause leads");
  }

  /**
   * The shortest minimal path that begins with {@code begin} and does not go on with {@code not}.
   */
  private Optional<Way> complete(int[] begin, Set<Integer> not) {
    int last = begin[begin.length - 1];
    if (!useful.get(last)) {
      return Optional.empty();
    }
    // What an earlier one leads to at once cannot come later: the steps between could be left out.
    BitSet closed = new BitSet();
    for (int i = 0; i < begin.length; i++) {
      closed.set(begin[i]);
      if (i + 1 < begin.length) {
        Arrays.stream(graph.dependencies(begin[i])).forEach(closed::set);
      }
    }
    Map<Integer, Integer> cameFrom = new HashMap<>();
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    for (int next : graph.dependencies(last)) {
      if (!not.contains(next) && useful.get(next) && !closed.get(next)) {
        closed.set(next);
        cameFrom.put(next, last);
        if (targets.get(next)) {
          return Optional.of(new Way(path(begin, next, cameFrom), begin.length, not));
        }
        queue.add(next);
      }
    }
    // What the last leads to may only come next, even if it was not to be.
    Arrays.stream(graph.dependencies(last)).forEach(closed::set);
    while (!queue.isEmpty()) {
      int one = queue.remove();
      for (int next : graph.dependencies(one)) {
        if (useful.get(next) && !closed.get(next)) {
          closed.set(next);
          cameFrom.put(next, one);
          if (targets.get(next)) {
            return Optional.of(new Way(path(begin, next, cameFrom), begin.length, not));
          }
          queue.add(next);
        }
      }
    }
    return Optional.empty();
  }

  private static int[] path(int[] begin, int end, Map<Integer, Integer> cameFrom) {
    ArrayDeque<Integer> rest = new ArrayDeque<>();
    for (int one = end;
        one != begin[begin.length - 1];
        one = Objects.requireNonNull(cameFrom.get(one))) {
      rest.addFirst(one);
    }
    int[] path = Arrays.copyOf(begin, begin.length + rest.size());
    int at = begin.length;
    for (int one : rest) {
      path[at++] = one;
    }
    return path;
  }
}
