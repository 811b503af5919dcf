package org.dxos.dmg.sync.pull;

import org.dxos.dmg.cid.Cid;

/** What came of a search. */
public sealed interface Answer {

  /**
   * It is held here now, as new as whoever gave it had it.
   *
   * @param id of the authority
   */
  record Held(Cid id) implements Answer {}

  /**
   * It was not found.
   *
   * @param why as the end of a sentence: {@code none of 2 linked nodes has it}
   */
  record Nowhere(String why) implements Answer {}
}
