package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.dxos.dmg.error.ErrorCode;

/**
 * What is decided, what follows from it, and what is learned where that fails.
 *
 * <p><b>Propagation.</b> An incompatibility of which all terms but one hold excludes that one. Two
 * terms of each are watched; only when a watched one comes to hold there is something to look at.
 *
 * <p><b>Learning.</b> When all terms of one hold, it is resolved with the cause of the last entry
 * that made one of them hold, until only one term is left of the present level; the result is true
 * of the registry, and is kept.
 */
final class PartialSolution {

  /** Conflicts before the search gives up: what needs more is a puzzle, not a registry. */
  static final int MAX_CONFLICTS = 100_000;

  /** Something known of a slot: what was left before and after, and why. */
  static final class Entry {
    final Slot slot;
    final Bits before;
    final Bits after;
    final Incompatibility cause;
    final int level;
    final int index;

    private Entry(Slot slot, Bits after, Incompatibility cause, int level, int index) {
      this.slot = slot;
      this.before = slot.now;
      this.after = after;
      this.cause = cause;
      this.level = level;
      this.index = index;
    }

    boolean isDecision() {
      return cause == Incompatibility.DECISION;
    }
  }

  private final List<Entry> trail = new ArrayList<>();

  /** Where the trail stood when each level began. */
  private final List<Integer> marks = new ArrayList<>();

  /** Incompatibilities of one term that were met with above level 0, where they belong. */
  private final List<Incompatibility> single = new ArrayList<>();

  private int looked;
  private int conflicts;
  private Optional<Incompatibility> clash = Optional.empty();

  /** Why there is no solution: an incompatibility without terms. */
  private Optional<Incompatibility> failed = Optional.empty();

  Optional<Incompatibility> failed() {
    return failed;
  }

  /** Decisions so far. */
  int level() {
    return marks.size();
  }

  List<Entry> trail() {
    return trail;
  }

  /** True if nothing new was found since {@code entries} were known. */
  boolean isQuiet(int entries) {
    return clash.isEmpty() && failed.isEmpty() && trail.size() == entries;
  }

  void decide(Slot slot, int value) {
    marks.add(trail.size());
    push(slot, slot.only(value), Incompatibility.DECISION);
    slot.decided = value;
  }

  /**
   * Follows what is known to its end, or to a conflict, of which it learns.
   *
   * @return the level to which it went back, if it did; {@link #failed} says if there is no way on
   */
  OptionalInt settle() {
    propagate();
    return clash.isPresent() ? learn(clash.get()) : OptionalInt.empty();
  }

  private void propagate() {
    while (clash.isEmpty() && looked < trail.size()) {
      Slot slot = trail.get(looked++).slot;
      List<Incompatibility> watchers = slot.watchers;
      int kept = 0;
      for (int i = 0; i < watchers.size(); i++) {
        Incompatibility one = watchers.get(i);
        if (clash.isPresent() || stays(one, slot)) {
          watchers.set(kept++, one);
        }
      }
      watchers.subList(kept, watchers.size()).clear();
    }
  }

  /** Looks at an incompatibility; false if it need not be watched at this slot any more. */
  private boolean stays(Incompatibility one, Slot slot) {
    boolean isFirst = one.slots[one.first] == slot;
    if (!isFirst && one.slots[one.second] != slot) {
      return false;
    }
    int watch = isFirst ? one.first : one.second;
    if (!one.holds(watch)) {
      return true;
    }
    int other = isFirst ? one.second : one.first;
    for (int i = 0; i < one.size(); i++) {
      if (i != watch && i != other && !one.holds(i)) {
        if (isFirst) {
          one.first = i;
        } else {
          one.second = i;
        }
        one.slots[i].watchers.add(one);
        return false;
      }
    }
    exclude(one, other);
    return true;
  }

  /** All terms but this one hold. */
  private void exclude(Incompatibility one, int term) {
    Slot slot = one.slots[term];
    Bits set = one.sets[term];
    if (slot.now.within(set)) {
      clash = Optional.of(one);
    } else if (slot.now.meets(set)) {
      push(slot, slot.now.minus(set), one);
    }
  }

  private void push(Slot slot, Bits after, Incompatibility cause) {
    Entry entry = new Entry(slot, after, cause, marks.size(), trail.size());
    trail.add(entry);
    slot.history.add(entry);
    slot.now = after;
  }

  /** Makes an incompatibility part of the search, and sees what follows from it now. */
  void attach(Incompatibility one) {
    if (one.size() == 0) {
      failed = Optional.of(one);
      return;
    }
    if (!one.attached) {
      one.attached = true;
      if (one.size() == 1) {
        single.add(one);
      } else {
        watch(one);
      }
    }
    consider(one);
  }

  /** Watches the two terms that hold last or not at all. */
  private void watch(Incompatibility one) {
    int first = -1;
    int second = -1;
    for (int i = 0; i < one.size(); i++) {
      if (first < 0 || since(one, i) > since(one, first)) {
        second = first;
        first = i;
      } else if (second < 0 || since(one, i) > since(one, second)) {
        second = i;
      }
    }
    one.first = first;
    one.second = second;
    one.slots[first].watchers.add(one);
    one.slots[second].watchers.add(one);
  }

  /** Since which entry a term holds; a number above all of them if it does not. */
  private int since(Incompatibility one, int term) {
    return one.holds(term) ? satisfier(one.slots[term], one.sets[term]).index : Integer.MAX_VALUE;
  }

  private void consider(Incompatibility one) {
    int open = -1;
    for (int i = 0; i < one.size(); i++) {
      if (!one.holds(i)) {
        if (open >= 0 || !one.mayHold(i)) {
          return;
        }
        open = i;
      }
    }
    if (clash.isEmpty()) {
      exclude(one, Math.max(open, 0));
    }
  }

  /** The first entry since which a slot is within a set. */
  private static Entry satisfier(Slot slot, Bits set) {
    List<Entry> history = slot.history;
    int low = 0;
    int high = history.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (history.get(middle).after.within(set)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return history.get(low);
  }

  /**
   * Learns from an incompatibility that holds in all terms, and goes back to where what was learned
   * says something new.
   */
  private OptionalInt learn(Incompatibility clashing) {
    clash = Optional.empty();
    if (++conflicts > MAX_CONFLICTS) {
      throw new SolverException(
          ErrorCode.QUERY_LIMIT, "solve: gave up after " + MAX_CONFLICTS + " conflicts");
    }
    Terms terms = new Terms(clashing);
    List<Incompatibility> from = new ArrayList<>();
    from.add(clashing);
    while (true) {
      int lastTerm = -1;
      int lastIndex = -1;
      int before = 0;
      for (int i = 0; i < terms.size(); i++) {
        Entry entry = satisfier(terms.slot(i), terms.set(i));
        if (entry.index > lastIndex) {
          before = lastTerm < 0 ? 0 : Math.max(before, trail.get(lastIndex).level);
          lastIndex = entry.index;
          lastTerm = i;
        } else {
          before = Math.max(before, entry.level);
        }
      }
      if (lastTerm < 0) {
        failed = Optional.of(from.size() == 1 ? clashing : terms.learned(from));
        return OptionalInt.empty();
      }
      Entry last = trail.get(lastIndex);
      if (last.level > 0 && (last.isDecision() || before < last.level)) {
        Incompatibility learned = from.size() == 1 ? clashing : terms.learned(from);
        backTo(before);
        if (!learned.attached) {
          attach(learned);
        } else {
          if (learned.size() > 1) {
            watch(learned);
          }
          consider(learned);
        }
        return OptionalInt.of(before);
      }
      terms.resolve(lastTerm, last);
      from.add(last.cause);
    }
  }

  private void backTo(int level) {
    int mark = marks.get(level);
    for (int i = trail.size() - 1; i >= mark; i--) {
      Entry entry = trail.removeLast();
      entry.slot.now = entry.before;
      entry.slot.history.removeLast();
      if (entry.isDecision()) {
        entry.slot.decided = Slot.NONE;
      }
    }
    marks.subList(level, marks.size()).clear();
    looked = Math.min(looked, trail.size());
    single.forEach(this::consider);
    if (level == 0 && clash.isEmpty()) {
      single.clear(); // they hold for good now
    }
  }
}
