package org.dxos.dmg.impact;

import java.util.BitSet;

/**
 * Who depends on whom, at one moment: releases are numbers from 0 to {@link #size}. Answers do not
 * change while one instance is used.
 */
public interface DependencyGraph {

  /** What a clause leads to that has no candidate. */
  int NOTHING = -1;

  /** One more than the highest number of a release. */
  int size();

  /** Where the clauses of a release lead, each release once. Not to be written to. */
  int[] dependencies(int release);

  /** The releases that lead to a release at once. */
  int[] dependents(int release);

  /**
   * Where each clause of a release would lead if some releases were not there.
   *
   * @return one number a clause, in the order of the clauses; {@link #NOTHING} for a clause without
   *     a candidate
   */
  int[] choices(int release, BitSet gone);
}
