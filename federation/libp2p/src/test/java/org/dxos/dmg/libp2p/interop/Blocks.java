package org.dxos.dmg.libp2p.interop;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dxos.dmg.libp2p.bitswap.BlockSource;
import org.dxos.dmg.libp2p.bitswap.Cid;
import org.dxos.dmg.libp2p.peer.PeerId;

/** Blocks in memory. */
public final class Blocks implements BlockSource {

  private final Map<Cid, byte[]> blocks = new ConcurrentHashMap<>();

  public Cid add(long codec, byte[] data) {
    Cid cid = Cid.of(codec, data);
    blocks.put(cid, data);
    return cid;
  }

  @Override
  public Optional<byte[]> block(Cid cid, PeerId peer) {
    return Optional.ofNullable(blocks.get(cid));
  }
}
