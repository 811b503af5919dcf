package org.dxos.dmg.block;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;

/** Where blocks are read from. Implementations return only bytes that hash to the CID asked for. */
@FunctionalInterface
public interface BlockSource {

  /** The block named {@code cid}, or empty if it is not held. */
  Optional<byte[]> get(Cid cid);
}
