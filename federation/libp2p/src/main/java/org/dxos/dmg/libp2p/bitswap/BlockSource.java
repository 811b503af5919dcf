package org.dxos.dmg.libp2p.bitswap;

import java.util.Optional;
import org.dxos.dmg.libp2p.peer.PeerId;

/** The blocks that a server gives out. Called from several threads at once; may block. */
public interface BlockSource {

  /** The block, if it is here and {@code peer} may have it. */
  Optional<byte[]> block(Cid cid, PeerId peer);

  /** Whether {@link #block} would answer with a block. */
  default boolean has(Cid cid, PeerId peer) {
    return block(cid, peer).isPresent();
  }

  /** Nothing to give. */
  BlockSource EMPTY = (cid, peer) -> Optional.empty();
}
