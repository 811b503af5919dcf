package org.dxos.dmg.solver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.dxos.dmg.solver.Incompatibility.Leaf;
import org.dxos.dmg.solver.Incompatibility.Learned;
import org.dxos.dmg.solver.Incompatibility.Meaning;

/**
 * The part of a failed search that matters: facts without any one of which there would be a
 * solution, and a derivation from just these.
 *
 * <p>A search learns on its way to a failure much that has no part in it. So what the failure rests
 * on is taken out and refuted again by itself, as long as that makes it smaller; then each fact is
 * left out once to see whether it is needed.
 */
final class Core {

  /** Of more facts, not each is tried: a failure that needs them all is beyond reading anyhow. */
  private static final int MAX_TRIED = 300;

  /** Passes that take out what a refutation did not use. */
  private static final int MAX_PASSES = 8;

  private Core() {}

  /** The smallest refutation found, as an incompatibility without terms. */
  static Incompatibility of(Incompatibility failed) {
    Incompatibility best = failed;
    for (int pass = 0; pass < MAX_PASSES; pass++) {
      List<Incompatibility> used = used(best);
      Optional<Incompatibility> again = refute(used);
      if (again.isEmpty()) {
        throw new IllegalStateException("a refutation of " + used.size() + " does not hold");
      }
      boolean smaller = used(again.get()).size() < used.size();
      best = again.get();
      if (!smaller) {
        break;
      }
    }
    return withoutNeedless(best);
  }

  private static Incompatibility withoutNeedless(Incompatibility start) {
    Incompatibility best = start;
    Set<Object> needed = new LinkedHashSet<>();
    while (needed.size() < MAX_TRIED) {
      List<Incompatibility> used = used(best);
      Optional<Incompatibility> next =
          used.stream()
              .filter(one -> one.origin instanceof Leaf leaf && !needed.contains(leaf.fact()))
              .findFirst();
      if (next.isEmpty()) {
        break;
      }
      Optional<Incompatibility> without =
          refute(used.stream().filter(one -> one != next.get()).toList());
      if (without.isPresent()) {
        best = without.get();
      } else {
        needed.add(((Leaf) next.get().origin).fact());
      }
    }
    return best;
  }

  /** Leaves and meanings that an incompatibility follows from, roots of the question last. */
  static List<Incompatibility> used(Incompatibility failed) {
    List<Incompatibility> used = new ArrayList<>();
    Set<Incompatibility> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Incompatibility> queue = new ArrayDeque<>(List.of(failed));
    while (!queue.isEmpty()) {
      Incompatibility one = queue.remove();
      if (seen.add(one)) {
        switch (one.origin) {
          case Leaf _, Meaning _ -> used.add(one);
          case Learned learned -> queue.addAll(learned.from());
        }
      }
    }
    return used;
  }

  /**
   * Refutes incompatibilities by themselves, over slots of their own.
   *
   * @return empty if they can all be kept
   */
  private static Optional<Incompatibility> refute(List<Incompatibility> all) {
    Map<Slot, Slot> copies = new HashMap<>();
    PartialSolution partial = new PartialSolution();
    for (Incompatibility one : all) {
      Slot[] slots = new Slot[one.size()];
      for (int i = 0; i < slots.length; i++) {
        slots[i] =
            copies.computeIfAbsent(
                one.slots[i], slot -> new Slot(slot.id, slot.subject, slot.size - 1));
      }
      partial.attach(new Incompatibility(slots, one.sets, one.origin));
    }
    List<Slot> slots = copies.values().stream().sorted(Comparator.comparing(s -> s.id)).toList();
    while (partial.failed().isEmpty()) {
      OptionalInt back = partial.settle();
      if (back.isEmpty() && partial.failed().isEmpty()) {
        // What need not be there is left out: only what must be there can fail.
        Optional<Slot> open =
            slots.stream()
                .filter(slot -> slot.decided == Slot.NONE && !slot.now.has(Slot.NONE))
                .min(Comparator.comparing(slot -> slot.now.count()));
        if (open.isEmpty()) {
          return Optional.empty();
        }
        partial.decide(open.get(), open.get().now.next(1));
      }
    }
    return partial.failed();
  }
}
