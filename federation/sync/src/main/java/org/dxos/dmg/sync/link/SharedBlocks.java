package org.dxos.dmg.sync.link;

import java.util.Arrays;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.libp2p.bitswap.BlockSource;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.sync.replica.PublicBlocks;

/** Public blocks as bitswap asks for them: whoever asks gets the same. */
final class SharedBlocks implements BlockSource {

  private static final int SHA2_256 = 0x12;
  private static final int VERSION_0_BYTES = 34;

  private final PublicBlocks blocks;

  SharedBlocks(PublicBlocks blocks) {
    this.blocks = blocks;
  }

  @Override
  public Optional<byte[]> block(org.dxos.dmg.libp2p.bitswap.Cid cid, PeerId peer) {
    return ours(cid).flatMap(blocks::get);
  }

  @Override
  public boolean has(org.dxos.dmg.libp2p.bitswap.Cid cid, PeerId peer) {
    return ours(cid).map(blocks::has).orElse(false);
  }

  /** The CID under which a store has it; none has what is not sha2-256. */
  private static Optional<Cid> ours(org.dxos.dmg.libp2p.bitswap.Cid cid) {
    byte[] bytes = cid.toBytes();
    if (bytes.length == VERSION_0_BYTES && bytes[0] == SHA2_256) {
      return Optional.of(Cid.ofDigest(Cid.DAG_PB, Arrays.copyOfRange(bytes, 2, VERSION_0_BYTES)));
    }
    try {
      return Optional.of(Cid.fromBytes(bytes)).filter(Cid::storable);
    } catch (FormatException e) {
      return Optional.empty();
    }
  }
}
