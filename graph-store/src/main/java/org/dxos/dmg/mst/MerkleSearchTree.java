package org.dxos.dmg.mst;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;

/**
 * A map from text keys to CIDs, immutable: {@link #put} gives another tree that shares all it can
 * with this one. Nodes come from a block source as they are needed; nodes made by {@link #put} are
 * in memory until {@link #write}.
 *
 * <p>Safe for use by many threads if the block source is.
 */
public final class MerkleSearchTree {

  private static final Subtree.Stored EMPTY = writeNode(TreeNode.EMPTY, (_, _) -> {});

  private final BlockSource blocks;
  private final Subtree root;

  private MerkleSearchTree(BlockSource blocks, Subtree root) {
    this.blocks = blocks;
    this.root = root;
  }

  /** The tree without keys. */
  public static MerkleSearchTree empty(BlockSource blocks) {
    return new MerkleSearchTree(blocks, Subtree.NONE);
  }

  /** The tree with this root, of which nothing is read yet. */
  public static MerkleSearchTree at(Cid root, BlockSource blocks) {
    // Everybody knows the empty tree, whether or not its block is held.
    return new MerkleSearchTree(
        blocks, root.equals(EMPTY.cid()) ? EMPTY : Subtree.stored(root, -1));
  }

  /**
   * The value at {@code key}.
   *
   * @throws TreeException if a node is not held or breaks the rules
   */
  public Optional<Cid> get(String key) {
    Subtree at = root;
    while (true) {
      Optional<TreeNode> node = node(at);
      if (node.isEmpty()) {
        return Optional.empty();
      }
      int index = node.get().search(key);
      if (node.get().isKeyAt(index, key)) {
        return Optional.of(node.get().entries().get(index).value());
      }
      at = node.get().subtrees().get(index);
    }
  }

  /**
   * This tree with {@code value} at {@code key}, in place of what was there.
   *
   * @throws TreeException if the key breaks the limits
   */
  public MerkleSearchTree put(String key, Cid value) {
    TreeNode.requireKey(key);
    int layer = TreeNode.layerOf(key);
    TreeNode top = node(root).orElse(TreeNode.EMPTY);
    TreeNode.Entry entry = new TreeNode.Entry(key, value);
    TreeNode made;
    if (top.entries().isEmpty()) {
      made = new TreeNode(layer, List.of(entry), List.of(Subtree.NONE, Subtree.NONE));
    } else if (layer > top.layer()) {
      Split split = split(new Subtree.Made(top), key);
      made =
          new TreeNode(
              layer,
              List.of(entry),
              List.of(
                  lift(split.left(), top.layer(), layer - 1),
                  lift(split.right(), top.layer(), layer - 1)));
    } else {
      made = insert(top, layer, entry);
    }
    return new MerkleSearchTree(blocks, new Subtree.Made(made));
  }

  /**
   * Visits the keys not below {@code from} in ascending order, until the visitor answers false.
   * Checks that every subtree keeps between the keys around it.
   */
  public void walk(String from, BiPredicate<String, Cid> visitor) {
    node(root).ifPresent(node -> walk(node, from, "", "\u007f", visitor));
  }

  /** Visits the keys that begin with {@code prefix}, in ascending order. */
  public void walkPrefix(String prefix, java.util.function.BiConsumer<String, Cid> visitor) {
    walk(
        prefix,
        (key, value) -> {
          boolean inside = key.startsWith(prefix);
          if (inside) {
            visitor.accept(key, value);
          }
          return inside;
        });
  }

  /**
   * Visits nodes as blocks: for keeping, counting and checking them. The tree must be written.
   *
   * @param enter asked about each node before it is read, a node before those below it; where it
   *     answers false, that node and what is below it are left out
   * @param values takes each value of the nodes that are entered
   * @throws TreeException if a node that is entered is not held or breaks the rules
   */
  public void eachNode(Predicate<Cid> enter, Consumer<Cid> values) {
    eachNode(root, enter, values);
  }

  private void eachNode(Subtree at, Predicate<Cid> enter, Consumer<Cid> values) {
    switch (at) {
      case Subtree.None _ -> {}
      case Subtree.Made _ -> throw new IllegalStateException("nodes of a tree not written");
      case Subtree.Stored stored -> {
        if (enter.test(stored.cid())) {
          TreeNode node = stored.node(blocks);
          node.entries().forEach(entry -> values.accept(entry.value()));
          node.subtrees().forEach(below -> eachNode(below, enter, values));
        }
      }
    }
  }

  /** Takes what differs between two trees. */
  @FunctionalInterface
  public interface Change {
    /** At {@code key} there was {@code before}, and is {@code after}; one of them may be empty. */
    void at(String key, Optional<Cid> before, Optional<Cid> after);
  }

  /**
   * Visits the keys at which {@code later} has another value than this tree, in ascending order.
   * What the two share is not read.
   *
   * @throws TreeException if a node is not held or breaks the rules
   */
  public void diff(MerkleSearchTree later, Change change) {
    new TreeDiff(root, blocks, later.root, later.blocks, change).run();
  }

  /**
   * The CIDs of the nodes on the way from the root to {@code key}, root first: with their blocks a
   * reader convinces himself that the key has its value, or that it has none. The tree must be
   * written.
   */
  public List<Cid> path(String key) {
    List<Cid> path = new ArrayList<>();
    Subtree at = root;
    while (true) {
      switch (at) {
        case Subtree.None _ -> {
          return path;
        }
        case Subtree.Made _ -> throw new IllegalStateException("path of a tree not written");
        case Subtree.Stored stored -> {
          path.add(stored.cid());
          TreeNode node = stored.node(blocks);
          int index = node.search(key);
          if (node.isKeyAt(index, key)) {
            return path;
          }
          at = node.subtrees().get(index);
        }
      }
    }
  }

  /**
   * Writes the nodes that are only in memory, children first.
   *
   * @return the tree as it can be read back; its {@link #root} is known
   * @throws TreeException if a node is over its limits; nothing of it may be used then
   */
  public MerkleSearchTree write(BlockSink sink) {
    Subtree written =
        switch (root) {
          case Subtree.None _ -> writeNode(TreeNode.EMPTY, sink);
          case Subtree.Stored stored -> stored;
          case Subtree.Made made -> writeNode(made.node(), sink);
        };
    return new MerkleSearchTree(blocks, written);
  }

  /** The root's CID. The tree must be written. */
  public Cid root() {
    if (root instanceof Subtree.Stored stored) {
      return stored.cid();
    }
    throw new IllegalStateException("root of a tree not written");
  }

  private Optional<TreeNode> node(Subtree subtree) {
    return switch (subtree) {
      case Subtree.None _ -> Optional.empty();
      case Subtree.Stored stored -> Optional.of(stored.node(blocks));
      case Subtree.Made made -> Optional.of(made.node());
    };
  }

  /** Inserts at or below the layer of {@code node}, which is not below that of the key. */
  private TreeNode insert(TreeNode node, int layer, TreeNode.Entry entry) {
    int index = node.search(entry.key());
    List<TreeNode.Entry> entries = new ArrayList<>(node.entries());
    List<Subtree> subtrees = new ArrayList<>(node.subtrees());
    if (node.isKeyAt(index, entry.key())) {
      entries.set(index, entry);
    } else if (layer == node.layer()) {
      Split split = split(subtrees.get(index), entry.key());
      entries.add(index, entry);
      subtrees.set(index, split.left());
      subtrees.add(index + 1, split.right());
    } else {
      TreeNode below =
          node(subtrees.get(index))
              .orElse(new TreeNode(node.layer() - 1, List.of(), List.of(Subtree.NONE)));
      subtrees.set(index, Subtree.of(insert(below, layer, entry)));
    }
    return new TreeNode(node.layer(), entries, subtrees);
  }

  private record Split(Subtree left, Subtree right) {}

  /** Parts the keys of {@code subtree} into those below and those above {@code key}. */
  private Split split(Subtree subtree, String key) {
    Optional<TreeNode> found = node(subtree);
    if (found.isEmpty()) {
      return new Split(Subtree.NONE, Subtree.NONE);
    }
    TreeNode node = found.get();
    int index = node.search(key);
    Split inner = split(node.subtrees().get(index), key);
    List<Subtree> leftTrees = new ArrayList<>(node.subtrees().subList(0, index));
    leftTrees.add(inner.left());
    List<Subtree> rightTrees = new ArrayList<>();
    rightTrees.add(inner.right());
    rightTrees.addAll(node.subtrees().subList(index + 1, node.subtrees().size()));
    int size = node.entries().size();
    return new Split(
        Subtree.of(new TreeNode(node.layer(), node.entries().subList(0, index), leftTrees)),
        Subtree.of(new TreeNode(node.layer(), node.entries().subList(index, size), rightTrees)));
  }

  /** Puts nodes without entries on top of {@code subtree} until it reaches layer {@code to}. */
  private static Subtree lift(Subtree subtree, int from, int to) {
    Subtree lifted = subtree;
    for (int layer = from + 1; layer <= to; layer++) {
      lifted = Subtree.of(new TreeNode(layer, List.of(), List.of(lifted)));
    }
    return lifted;
  }

  private boolean walk(
      TreeNode node, String from, String low, String high, BiPredicate<String, Cid> visitor) {
    int size = node.entries().size();
    for (int i = 0; i <= size; i++) {
      String before = i == 0 ? low : node.entries().get(i - 1).key();
      String after = i == size ? high : node.entries().get(i).key();
      if (i < size && (after.compareTo(low) <= 0 || after.compareTo(high) >= 0)) {
        throw TreeNode.shape("key `" + after + "` is outside of what its parent allows");
      }
      if (after.compareTo(from) > 0) {
        Optional<TreeNode> below = node(node.subtrees().get(i));
        if (below.isPresent() && !walk(below.get(), from, before, after, visitor)) {
          return false;
        }
      }
      if (i < size
          && after.compareTo(from) >= 0
          && !visitor.test(after, node.entries().get(i).value())) {
        return false;
      }
    }
    return true;
  }

  private static Subtree.Stored writeNode(TreeNode node, BlockSink sink) {
    List<Optional<Cid>> links = new ArrayList<>(node.subtrees().size());
    List<Subtree> written = new ArrayList<>(node.subtrees().size());
    for (Subtree subtree : node.subtrees()) {
      Subtree below = subtree instanceof Subtree.Made made ? writeNode(made.node(), sink) : subtree;
      written.add(below);
      links.add(
          below instanceof Subtree.Stored stored ? Optional.of(stored.cid()) : Optional.empty());
    }
    byte[] block = node.encode(links);
    Cid cid = DagCbor.cid(block);
    sink.put(cid, block);
    return Subtree.known(cid, new TreeNode(node.layer(), node.entries(), written));
  }
}
