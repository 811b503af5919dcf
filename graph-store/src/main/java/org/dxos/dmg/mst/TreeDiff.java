package org.dxos.dmg.mst;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;

/**
 * Two trees side by side, in the order of their keys. A subtree that both have is passed over
 * unread, so the work is that of the difference.
 */
final class TreeDiff {

  /** What comes next in a tree: a key, or a subtree that holds the keys up to the next. */
  private sealed interface Item {
    record Leaf(TreeNode.Entry entry) implements Item {}

    record Below(Subtree subtree) implements Item {}
  }

  private static final class Side {
    private final BlockSource blocks;
    private final Deque<Item> items = new ArrayDeque<>();

    private Side(Subtree root, BlockSource blocks) {
      this.blocks = blocks;
      push(root);
    }

    private void push(Subtree subtree) {
      if (!(subtree instanceof Subtree.None)) {
        items.push(new Item.Below(subtree));
      }
    }

    private Optional<Item> top() {
      return Optional.ofNullable(items.peek());
    }

    private TreeNode node(Subtree subtree) {
      return switch (subtree) {
        case Subtree.None _ -> TreeNode.EMPTY;
        case Subtree.Stored stored -> stored.node(blocks);
        case Subtree.Made made -> made.node();
      };
    }

    /** Puts what a subtree holds in its place. */
    private void open(Subtree subtree) {
      items.pop();
      TreeNode node = node(subtree);
      List<TreeNode.Entry> entries = node.entries();
      for (int i = entries.size(); i >= 0; i--) {
        if (i < entries.size()) {
          items.push(new Item.Leaf(entries.get(i)));
        }
        push(node.subtrees().get(i));
      }
    }
  }

  private final Side before;
  private final Side after;
  private final MerkleSearchTree.Change change;

  TreeDiff(
      Subtree before,
      BlockSource ofBefore,
      Subtree after,
      BlockSource ofAfter,
      MerkleSearchTree.Change change) {
    this.before = new Side(before, ofBefore);
    this.after = new Side(after, ofAfter);
    this.change = change;
  }

  void run() {
    while (true) {
      Optional<Item> old = before.top();
      Optional<Item> now = after.top();
      if (old.isEmpty() && now.isEmpty()) {
        return;
      }
      if (!open(old, now)) {
        compare(old.map(Item.Leaf.class::cast), now.map(Item.Leaf.class::cast));
      }
    }
  }

  /** Opens a subtree if one comes next, the higher of two, so that equal ones come to meet. */
  private boolean open(Optional<Item> old, Optional<Item> now) {
    Optional<Subtree> left = below(old);
    Optional<Subtree> right = below(now);
    if (left.isPresent() && right.isPresent()) {
      if (same(left.get(), right.get())) {
        before.items.pop();
        after.items.pop();
        return true;
      }
      int high = before.node(left.get()).layer() - after.node(right.get()).layer();
      if (high >= 0) {
        before.open(left.get());
      }
      if (high <= 0) {
        after.open(right.get());
      }
      return true;
    }
    left.ifPresent(before::open);
    right.ifPresent(after::open);
    return left.isPresent() || right.isPresent();
  }

  private static Optional<Subtree> below(Optional<Item> item) {
    return item.flatMap(
        one -> one instanceof Item.Below below ? Optional.of(below.subtree()) : Optional.empty());
  }

  private static boolean same(Subtree a, Subtree b) {
    return a == b
        || (a instanceof Subtree.Stored one
            && b instanceof Subtree.Stored other
            && one.cid().equals(other.cid()));
  }

  private void compare(Optional<Item.Leaf> old, Optional<Item.Leaf> now) {
    int order =
        old.isEmpty()
            ? 1
            : now.isEmpty() ? -1 : old.get().entry().key().compareTo(now.get().entry().key());
    Optional<Cid> was = order <= 0 ? old.map(leaf -> leaf.entry().value()) : Optional.empty();
    Optional<Cid> is = order >= 0 ? now.map(leaf -> leaf.entry().value()) : Optional.empty();
    String key = (order <= 0 ? old : now).orElseThrow().entry().key();
    if (order <= 0) {
      before.items.pop();
    }
    if (order >= 0) {
      after.items.pop();
    }
    if (!was.equals(is)) {
      change.at(key, was, is);
    }
  }
}
