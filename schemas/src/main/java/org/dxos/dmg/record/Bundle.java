package org.dxos.dmg.record;

import org.dxos.dmg.cid.Cid;

/**
 * The files of a variant: a UnixFS folder.
 *
 * @param cid of the folder's root, dag-pb
 * @param size sum of the lengths of all files in bytes, each as often as it occurs
 */
public record Bundle(Cid cid, long size) {

  public Bundle {
    if (!cid.storable() || cid.codec() != Cid.DAG_PB) {
      throw Rules.invalid("bundle", "`" + cid + "`, expected the CID of a folder (dag-pb)");
    }
    Rules.uint("size", size);
  }
}
