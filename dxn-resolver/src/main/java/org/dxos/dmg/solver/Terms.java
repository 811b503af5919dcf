package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.solver.PartialSolution.Entry;

/** The terms of an incompatibility in the making. */
final class Terms {

  private final List<Slot> slots = new ArrayList<>();
  private final List<Bits> sets = new ArrayList<>();

  Terms(Incompatibility start) {
    for (int i = 0; i < start.size(); i++) {
      slots.add(start.slots[i]);
      sets.add(start.sets[i]);
    }
  }

  int size() {
    return slots.size();
  }

  Slot slot(int term) {
    return slots.get(term);
  }

  Bits set(int term) {
    return sets.get(term);
  }

  /**
   * Resolves with the cause of the entry that made a term hold: the other terms of both, and of the
   * slot what is in either set. Where a slot holds something of neither, neither says anything.
   */
  void resolve(int term, Entry entry) {
    Slot slot = slots.get(term);
    Bits mine = sets.get(term);
    slots.remove(term);
    sets.remove(term);
    Incompatibility cause = entry.cause;
    for (int i = 0; i < cause.size(); i++) {
      if (cause.slots[i] == slot) {
        Bits both = mine.or(cause.sets[i]);
        if (!both.equals(slot.all)) {
          slots.add(slot);
          sets.add(both);
        }
      } else {
        add(cause.slots[i], cause.sets[i]);
      }
    }
  }

  private void add(Slot slot, Bits set) {
    int known = slots.indexOf(slot);
    if (known < 0) {
      slots.add(slot);
      sets.add(set);
    } else {
      sets.set(known, sets.get(known).and(set));
    }
  }

  Incompatibility learned(List<Incompatibility> from) {
    return new Incompatibility(
        slots.toArray(Slot[]::new),
        sets.toArray(Bits[]::new),
        new Incompatibility.Learned(List.copyOf(from)));
  }
}
