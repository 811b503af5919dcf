package org.dxos.dmg.mst;

import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;

/** A place for a subtree: none, one that is stored and read when needed, or one made in memory. */
sealed interface Subtree {

  Subtree NONE = new None();

  record None() implements Subtree {}

  /** Known by its CID; the node is kept once it was read, as nodes never change. */
  final class Stored implements Subtree {
    private final Cid cid;
    private final int layer;
    private volatile Optional<TreeNode> read = Optional.empty();

    private Stored(Cid cid, int layer) {
      this.cid = cid;
      this.layer = layer;
    }

    Cid cid() {
      return cid;
    }

    TreeNode node(BlockSource blocks) {
      Optional<TreeNode> known = read;
      if (known.isPresent()) {
        return known.get();
      }
      byte[] block =
          blocks
              .get(cid)
              .orElseThrow(
                  () ->
                      new TreeException(
                          ErrorCode.BLOCK_MISSING, "read tree: node `" + cid + "` is not held"));
      TreeNode node = TreeNode.decode(cid, block, layer);
      read = Optional.of(node);
      return node;
    }
  }

  /** Made in memory and not written yet. */
  record Made(TreeNode node) implements Subtree {}

  /** The subtree stored as {@code cid}, which is {@code node}: nothing needs to be read. */
  static Stored known(Cid cid, TreeNode node) {
    Stored stored = new Stored(cid, node.layer());
    stored.read = Optional.of(node);
    return stored;
  }

  /** The subtree stored as {@code cid}, whose keys are all on {@code layer}; -1 for a root. */
  static Stored stored(Cid cid, int layer) {
    return new Stored(cid, layer);
  }

  /** {@code node} as a subtree; none, if it holds nothing at all. */
  static Subtree of(TreeNode node) {
    return node.entries().isEmpty() && node.subtrees().getFirst() instanceof None
        ? NONE
        : new Made(node);
  }
}
