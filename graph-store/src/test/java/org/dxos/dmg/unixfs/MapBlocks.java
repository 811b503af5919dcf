package org.dxos.dmg.unixfs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;

/** Blocks in memory, in the order in which they were first put; counts what is asked of it. */
final class MapBlocks implements BlockSink, BlockSource {

  final Map<Cid, byte[]> blocks = new LinkedHashMap<>();
  int reads;

  @Override
  public void put(Cid cid, byte[] block) {
    if (!cid.matches(block)) {
      throw new AssertionError("block does not hash to " + cid);
    }
    blocks.putIfAbsent(cid, block);
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    reads++;
    return Optional.ofNullable(blocks.get(cid));
  }

  /** Stores a dag-pb node made by hand. */
  Cid node(DagPb.Node node) {
    byte[] block = DagPb.encode(node);
    Cid cid = Cid.of(Cid.DAG_PB, block);
    put(cid, block);
    return cid;
  }

  Cid raw(byte... block) {
    Cid cid = Cid.of(Cid.RAW, block);
    put(cid, block);
    return cid;
  }
}
