package org.dxos.dmg.solver;

import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.explain.Wanted;
import org.dxos.dmg.select.Release;

/**
 * A place in the solution that holds one value or none: 0 is none, the others count from 1. What is
 * known of it so far is the set of values that it may still have.
 */
final class Slot {

  static final int NONE = 0;

  /** What the values of a slot are. */
  sealed interface Subject {}

  /**
   * A module, or one line of it: its releases, newest first.
   *
   * @param room a semver-compatible line; empty where there is one version a name
   */
  record Module(Name name, Cid genesis, String room, List<Release> releases) implements Subject {}

  /** One line of an API: the releases that provide it. */
  record Api(Name name, Cid genesis, String line, List<Release> releases) implements Subject {}

  /** A requirement that can be met in several slots: which of its options is taken. */
  record Choice(Wanted wanted, List<Requirement.Option> options) implements Subject {}

  /** A value of a slot. */
  record Place(Slot slot, int value) {}

  final int id;
  final Subject subject;

  /** Every value, none included. */
  final Bits all;

  final int size;

  /** Values that are left. */
  Bits now;

  /** The value decided, or {@link #NONE}. */
  int decided;

  /** Entries of the trail that are about this slot, oldest first. */
  final List<PartialSolution.Entry> history = new ArrayList<>(2);

  /** Incompatibilities to look at when this changes. */
  final List<Incompatibility> watchers = new ArrayList<>(2);

  Slot(int id, Subject subject, int values) {
    this.id = id;
    this.subject = subject;
    this.size = values + 1;
    this.all = Bits.all(size);
    this.now = all;
  }

  /** The set of one value. */
  Bits only(int value) {
    return Bits.one(size, value);
  }

  Bits not(Bits values) {
    return all.minus(values);
  }

  /** The release that a value of a module or an API stands for. */
  Release release(int value) {
    return switch (subject) {
      case Module module -> module.releases().get(value - 1);
      case Api api -> api.releases().get(value - 1);
      case Choice choice -> throw new IllegalStateException("a choice holds no release: " + choice);
    };
  }
}
