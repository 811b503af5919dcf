package org.dxos.dmg.sync.replica;

import org.dxos.dmg.cid.Cid;

/** What the operator of a node lets out. Equal rules let out the same. */
public interface Rules {

  /** True if this block is given to nobody. */
  boolean withholds(Cid cid);

  /** True if an authority of this name may be told to others. */
  boolean admits(String authority);

  /** True if whoever knows the id of an authority may read it, linked or not. */
  default boolean tellsStrangers() {
    return false;
  }

  /** Everything is let out. */
  Rules NONE =
      new Rules() {
        @Override
        public boolean withholds(Cid cid) {
          return false;
        }

        @Override
        public boolean admits(String authority) {
          return true;
        }
      };
}
