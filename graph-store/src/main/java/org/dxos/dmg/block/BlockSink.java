package org.dxos.dmg.block;

import org.dxos.dmg.cid.Cid;

/** Where new blocks go. The caller vouches that the bytes hash to the CID. */
@FunctionalInterface
public interface BlockSink {

  void put(Cid cid, byte[] block);
}
