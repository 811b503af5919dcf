package org.dxos.dmg.closure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dxos.dmg.cid.Cid;

/**
 * In what two closures differ.
 *
 * @param changes by name; what is the same in both is not among them
 * @param bytesBefore of all bundles of the first, each counted once
 * @param bytesAfter of all bundles of the second, each counted once
 * @param bytesFresh of the bundles of the second that the first does not have
 */
public record ClosureDiff(
    List<Change> changes, long bytesBefore, long bytesAfter, long bytesFresh) {

  /**
   * One place that changed.
   *
   * @param before what was there; empty if it is new
   * @param after what is there; empty if it is gone
   */
  public record Change(Optional<Closure.Module> before, Optional<Closure.Module> after) {

    /** The one that is there, or was. */
    public Closure.Module either() {
      return after.or(() -> before).orElseThrow();
    }
  }

  public ClosureDiff {
    changes = List.copyOf(changes);
  }

  private record Who(String name, Cid genesis) {}

  /**
   * Compares. Of a name of which both have versions that the other does not, those of one line are
   * taken for a change of each other, and so are those that are left, the oldest first.
   */
  public static ClosureDiff of(Closure before, Closure after) {
    Map<Who, List<Closure.Module>> old = byName(before, after);
    Map<Who, List<Closure.Module>> fresh = byName(after, before);
    TreeMap<String, List<Change>> changes = new TreeMap<>();
    List<Who> all = new ArrayList<>(old.keySet());
    fresh.keySet().stream().filter(one -> !old.containsKey(one)).forEach(all::add);
    for (Who who : all) {
      changes
          .computeIfAbsent(who.name(), _ -> new ArrayList<>())
          .addAll(
              pair(
                  new ArrayList<>(old.getOrDefault(who, List.of())),
                  new ArrayList<>(fresh.getOrDefault(who, List.of()))));
    }
    Map<Cid, Long> had = bundles(before);
    Map<Cid, Long> has = bundles(after);
    return new ClosureDiff(
        changes.values().stream().flatMap(List::stream).toList(),
        had.values().stream().mapToLong(Long::longValue).sum(),
        has.values().stream().mapToLong(Long::longValue).sum(),
        has.entrySet().stream()
            .filter(one -> !had.containsKey(one.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum());
  }

  private static List<Change> pair(List<Closure.Module> old, List<Closure.Module> fresh) {
    List<Change> changes = new ArrayList<>();
    for (Closure.Module one : List.copyOf(old)) {
      fresh.stream()
          .filter(other -> other.version().line().equals(one.version().line()))
          .findFirst()
          .ifPresent(
              other -> {
                changes.add(new Change(Optional.of(one), Optional.of(other)));
                old.remove(one);
                fresh.remove(other);
              });
    }
    while (!old.isEmpty() || !fresh.isEmpty()) {
      changes.add(new Change(first(old), first(fresh)));
    }
    changes.sort(Comparator.comparing(one -> one.either().version()));
    return changes;
  }

  private static Optional<Closure.Module> first(List<Closure.Module> list) {
    return list.isEmpty() ? Optional.empty() : Optional.of(list.removeFirst());
  }

  /** What a closure has that the other does not, oldest version first. */
  private static Map<Who, List<Closure.Module>> byName(Closure closure, Closure other) {
    Map<Cid, Closure.Module> there = new HashMap<>();
    other.modules().forEach(one -> there.put(one.release(), one));
    Map<Who, List<Closure.Module>> names =
        new TreeMap<>(Comparator.comparing(Who::name).thenComparing(Who::genesis));
    for (Closure.Module one : closure.modules()) {
      Closure.Module same = there.get(one.release());
      if (same == null || !same.variant().equals(one.variant())) {
        names
            .computeIfAbsent(new Who(one.name().toString(), one.genesis()), _ -> new ArrayList<>())
            .add(one);
      }
    }
    return names;
  }

  private static Map<Cid, Long> bundles(Closure closure) {
    Map<Cid, Long> sizes = new HashMap<>();
    for (Closure.Module module : closure.modules()) {
      module.bundle().ifPresent(bundle -> sizes.put(bundle.cid(), bundle.size()));
    }
    return sizes;
  }

  /** Bytes to fetch for a closure, a bundle that several modules have counted once. */
  public static long bytes(Closure closure) {
    return bundles(closure).values().stream().mapToLong(Long::longValue).sum();
  }
}
