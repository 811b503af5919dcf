package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;

/**
 * The tree of everything a node holds: authority id to where it stands. Two nodes hold the same if
 * and only if the roots are equal. What never leaves the node ({@code local.…}) is beside it, in a
 * register each.
 */
final class NodeTree {

  static final String ROOT = "root";
  static final String SPACE = "s/";
  static final String LOCAL = "local/";
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

  /** True if authorities of this name never leave the node. */
  static boolean isLocal(String authority) {
    return authority.startsWith("local.");
  }

  MerkleSearchTree tree() {
    return tree;
  }

  Cid root() {
    return tree.root();
  }

  Optional<AuthorityState> state(Cid id, BlockStore store) {
    return tree.get(KEY + id)
        .map(cid -> Signed.need(store, cid, "state"))
        .or(() -> store.register(LOCAL + id))
        .map(AuthorityState::decode);
  }

  static List<Cid> ids(NodeTree tree, BlockStore store) {
    List<Cid> ids = new ArrayList<>();
    tree.tree.walkPrefix(KEY, (key, _) -> ids.add(Cid.parse(key.substring(KEY.length()))));
    for (String register : store.registers(LOCAL)) {
      ids.add(Cid.parse(register.substring(LOCAL.length())));
    }
    return ids;
  }

  /** This tree with where an authority stands, in memory. */
  NodeTree with(AuthorityView view, Batch batch) {
    byte[] block = view.standing().state().encode();
    if (isLocal(view.name())) {
      batch.set(LOCAL + view.id(), block);
      return this;
    }
    Cid cid = DagCbor.cid(block);
    batch.put(cid, block);
    return new NodeTree(tree.put(KEY + view.id(), cid));
  }

  /** This tree with where the log of the space stands that it is the tree of, in memory. */
  NodeTree with(SpaceLog log, Batch batch) {
    byte[] block = log.state().encode();
    Cid cid = DagCbor.cid(block);
    batch.put(cid, block);
    return new NodeTree(tree.put(SPACE + log.id(), cid));
  }

  /** Writes the tree, and its root as the node's. */
  NodeTree write(Batch batch) {
    MerkleSearchTree written = tree.write(batch);
    batch.set(ROOT, written.root().bytes());
    return new NodeTree(written);
  }
}
