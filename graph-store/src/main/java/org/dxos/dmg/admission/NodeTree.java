package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.verdict.Signed;

/**
 * The tree of everything a node holds: authority id to where it stands. Two nodes hold the same if
 * and only if the roots are equal.
 */
final class NodeTree {

  private static final String ROOT = "root";
  private static final String KEY = "a/";

  private final MerkleSearchTree tree;

  private NodeTree(MerkleSearchTree tree) {
    this.tree = tree;
  }

  static NodeTree load(BlockStore store) {
    Optional<byte[]> root = store.register(ROOT);
    return new NodeTree(
        root.isPresent()
            ? MerkleSearchTree.at(Cid.fromBytes(root.get()), store)
            : MerkleSearchTree.empty(store).write((_, _) -> {}));
  }

  Cid root() {
    return tree.root();
  }

  Optional<AuthorityState> state(Cid id, BlockSource blocks) {
    return tree.get(KEY + id).map(cid -> AuthorityState.decode(Signed.need(blocks, cid, "state")));
  }

  List<Cid> ids() {
    List<Cid> ids = new ArrayList<>();
    tree.walkPrefix(KEY, (key, _) -> ids.add(Cid.parse(key.substring(KEY.length()))));
    return ids;
  }

  /** This tree with {@code state} for {@code id}, in memory. */
  NodeTree with(Cid id, AuthorityState state, Batch batch) {
    byte[] block = state.encode();
    Cid cid = DagCbor.cid(block);
    batch.put(cid, block);
    return new NodeTree(tree.put(KEY + id, cid));
  }

  /** Writes the tree, and its root as the node's. */
  NodeTree write(Batch batch) {
    MerkleSearchTree written = tree.write(batch);
    batch.set(ROOT, written.root().bytes());
    return new NodeTree(written);
  }
}
