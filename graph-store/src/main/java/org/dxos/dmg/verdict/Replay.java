package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.Head;

/**
 * Nodes of state trees that are made anew as heads are gone through in order, in memory above what
 * is held. The store keeps the newest trees alone; to go through a long chain, each head needs the
 * tree of the one before it and no older one.
 */
public final class Replay implements BlockSource, BlockSink {

  /** Nodes are looked through for what is still needed after this many bytes more. */
  private static final long STEP_BYTES = 16L * 1024 * 1024;

  private final BlockSource below;
  private Map<Cid, byte[]> made = new HashMap<>();
  private List<Head> recent = new ArrayList<>();
  private long bytes;
  private long next = STEP_BYTES;

  /**
   * @param below what is held
   */
  public Replay(BlockSource below) {
    this.below = below;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    byte[] block = made.get(cid);
    return block == null ? below.get(cid) : Optional.of(block);
  }

  @Override
  public void put(Cid cid, byte[] block) {
    if (made.put(cid, block) == null) {
      bytes += block.length;
    }
  }

  /** To be told of each head that was gone through, by ascending epoch. */
  public void passed(Head head) {
    recent.add(head);
    if (bytes > next) {
      recent.removeIf(one -> one.epoch() < head.epoch());
      keep();
    }
  }

  private void keep() {
    Map<Cid, byte[]> kept = new HashMap<>();
    long size = 0;
    Set<Cid> seen = new HashSet<>();
    for (Head head : recent) {
      MerkleSearchTree.at(head.state(), this)
          .eachNode(cid -> made.containsKey(cid) && seen.add(cid), _ -> {});
    }
    for (Cid cid : seen) {
      byte[] block = made.getOrDefault(cid, new byte[0]);
      kept.put(cid, block);
      size += block.length;
    }
    made = kept;
    bytes = size;
    next = size + STEP_BYTES;
  }
}
