package org.dxos.dmg.solver;

import java.util.List;
import org.dxos.dmg.explain.Fact;

/**
 * A statement that terms cannot all hold. A term says that a slot holds one of a set of values; as
 * "none" is a value too, "not one of these" is a term like any other.
 *
 * <p>{@code a 1.0.0 requires c ^1.1} is: not both {@code a ∈ {1.0.0}} and {@code c ∉ {1.1.0, …}}.
 */
final class Incompatibility {

  /** Where an incompatibility comes from. */
  sealed interface Origin {}

  /** It stands in the registry or the question. */
  record Leaf(Fact fact) implements Origin {}

  /** What slots mean: an option that is taken is met, a provider that is chosen is there. */
  record Meaning() implements Origin {}

  /**
   * It follows.
   *
   * @param from the one in which search failed, and those with which it was resolved, in order
   */
  record Learned(List<Incompatibility> from) implements Origin {}

  /** The cause of an entry that was decided and does not follow. */
  static final Incompatibility DECISION =
      new Incompatibility(new Slot[0], new Bits[0], new Meaning());

  final Slot[] slots;
  final Bits[] sets;
  final Origin origin;

  /** The two terms that are watched: as long as neither holds, nothing follows. */
  int first;

  int second;

  /** True once it is watched. */
  boolean attached;

  Incompatibility(Slot[] slots, Bits[] sets, Origin origin) {
    this.slots = slots;
    this.sets = sets;
    this.origin = origin;
    this.second = Math.min(1, slots.length - 1);
  }

  static Incompatibility of(Slot slot, Bits set, Origin origin) {
    return new Incompatibility(new Slot[] {slot}, new Bits[] {set}, origin);
  }

  static Incompatibility of(Slot a, Bits inA, Slot b, Bits inB, Origin origin) {
    return new Incompatibility(new Slot[] {a, b}, new Bits[] {inA, inB}, origin);
  }

  int size() {
    return slots.length;
  }

  boolean holds(int term) {
    return slots[term].now.within(sets[term]);
  }

  /** True if the term can still come to hold. */
  boolean mayHold(int term) {
    return slots[term].now.meets(sets[term]);
  }
}
