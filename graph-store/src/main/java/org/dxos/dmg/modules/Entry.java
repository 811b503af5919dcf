package org.dxos.dmg.modules;

import java.util.List;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.version.Version;

/**
 * A release with what decides its edges.
 *
 * @param module number of its own name
 * @param carried numbers of the functions it carries
 * @param clauses as {@link Clauses} has them
 * @param provides what it provides
 * @param lists authorities that it lets provide the API that it is
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record Entry(
    ModuleRelease release,
    int module,
    int[] carried,
    int[] clauses,
    List<Provides> provides,
    List<Cid> lists) {

  /**
   * @param api number of its name
   */
  record Provides(int api, Version version) {}

  static final byte YANKED = 1;

  /** Withdrawn or void. */
  static final byte UNAVAILABLE = 2;

  /** No authority has it any more. */
  static final byte GONE = 4;
}
