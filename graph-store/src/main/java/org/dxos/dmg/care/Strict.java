package org.dxos.dmg.care;

import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;

/**
 * Takes no gap: all that is led to has to be there for the ways to be known, but for what is
 * withheld, and bundles that may be on demand.
 *
 * @param task that cannot be done then
 */
record Strict(String task, Whose whose) implements Reach.Gaps {

  @Override
  public void absent(Reach.Part part, Cid cid, boolean ours, String of) {
    boolean needed = ours || part != Reach.Part.BUNDLE;
    if (needed && !whose.withheld().contains(cid)) {
      throw refused("block `" + cid + "` of " + of + " is not held");
    }
  }

  @Override
  public void unusable(Reach.Part part, Cid cid, RuntimeException why) {
    throw refused(Reach.words(why));
  }

  private CareException refused(String what) {
    return new CareException(
        ErrorCode.NOT_VERIFIED,
        task + ": " + what + ", so what it leads to is not known",
        "dmg fsck --mend first");
  }
}
