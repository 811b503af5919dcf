package org.dxos.dmg.mst;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * One node of the tree: n entries in ascending order of key, and n + 1 places for subtrees before,
 * between and after them. Immutable.
 *
 * @param layer of every key here; subtrees are one layer below
 */
record TreeNode(int layer, List<Entry> entries, List<Subtree> subtrees) {

  static final int MAX_ENTRIES = 256;
  static final int MAX_BYTES = 256 * 1024;
  static final int MAX_KEY = 512;

  /** Reached by one key in 4^31: a root above it is an attack. */
  static final int MAX_LAYER = 31;

  static final TreeNode EMPTY = new TreeNode(0, List.of(), List.of(Subtree.NONE));

  record Entry(String key, Cid value) {}

  TreeNode {
    entries = List.copyOf(entries);
    subtrees = List.copyOf(subtrees);
    if (subtrees.size() != entries.size() + 1) {
      throw new IllegalStateException(
          entries.size() + " entries with " + subtrees.size() + " subtrees");
    }
  }

  /** The layer of {@code key}: leading zero bits of its SHA-256, halved. */
  static int layerOf(String key) {
    byte[] hash = Cid.sha256(key.getBytes(StandardCharsets.US_ASCII));
    int zeros = 0;
    for (byte b : hash) {
      if (b != 0) {
        zeros += Integer.numberOfLeadingZeros(b & 0xff) - 24;
        break;
      }
      zeros += 8;
    }
    return zeros / 2;
  }

  static void requireKey(String key) {
    boolean ascii = key.chars().allMatch(c -> c >= 0x21 && c <= 0x7e);
    if (key.isEmpty() || key.length() > MAX_KEY || !ascii) {
      throw shape(
          "key `%s` of %d characters, expected 1 to %d in 0x21-0x7E"
              .formatted(key, key.length(), MAX_KEY));
    }
    if (layerOf(key) > MAX_LAYER) {
      throw shape("key `" + key + "` is on layer " + layerOf(key) + ", at most " + MAX_LAYER);
    }
  }

  /** The index of the first entry whose key is not below {@code key}. */
  int search(String key) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int mid = (low + high) >>> 1;
      if (entries.get(mid).key().compareTo(key) < 0) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    return low;
  }

  boolean isKeyAt(int index, String key) {
    return index < entries.size() && entries.get(index).key().equals(key);
  }

  /** The block; the subtrees' CIDs must be known, so they are encoded first. */
  byte[] encode(List<Optional<Cid>> links) {
    List<Node> items = new ArrayList<>(entries.size());
    String before = "";
    for (int i = 0; i < entries.size(); i++) {
      String key = entries.get(i).key();
      int shared = i == 0 ? 0 : sharedPrefix(before, key);
      items.add(
          new MapBuilder()
              .put("p", shared)
              .put("k", Node.of(key.substring(shared).getBytes(StandardCharsets.US_ASCII)))
              .put("v", Node.of(entries.get(i).value()))
              .put("t", link(links.get(i + 1)))
              .build());
      before = key;
    }
    byte[] block =
        DagCbor.encode(
            new MapBuilder()
                .put("l", link(links.getFirst()))
                .putAlways("e", new Node.Array(items))
                .build());
    if (entries.size() > MAX_ENTRIES || block.length > MAX_BYTES) {
      throw shape(
          "a node of %d entries and %d bytes, at most %d and %d"
              .formatted(entries.size(), block.length, MAX_ENTRIES, MAX_BYTES));
    }
    return block;
  }

  private static Node link(Optional<Cid> cid) {
    return cid.isPresent() ? Node.of(cid.get()) : Node.NULL;
  }

  /**
   * Reads a block, and checks everything that one node shows by itself.
   *
   * @param expectedLayer the layer that the parent demands, or -1 for a root, whose keys tell it
   */
  static TreeNode decode(Cid cid, byte[] block, int expectedLayer) {
    if (block.length > MAX_BYTES) {
      throw shape("node `" + cid + "` of " + block.length + " bytes, at most " + MAX_BYTES);
    }
    try {
      return decode(DagCbor.decode(block), cid, expectedLayer);
    } catch (FormatException e) {
      throw shape("node `" + cid + "`: " + e.message());
    }
  }

  private static TreeNode decode(Node node, Cid cid, int expectedLayer) {
    Fields fields = Fields.of("tree node", ErrorCode.MST_SHAPE, node);
    Node left = fields.node("l");
    Node list = fields.node("e");
    fields.end();
    if (!(list instanceof Node.Array array)) {
      throw fields.error("has no array in field `e`");
    }
    if (array.items().size() > MAX_ENTRIES) {
      throw fields.error("has " + array.items().size() + " entries, at most " + MAX_ENTRIES);
    }
    List<Entry> entries = new ArrayList<>(array.items().size());
    List<Optional<Cid>> links = new ArrayList<>(array.items().size() + 1);
    links.add(toLink(left, fields));
    String before = "";
    for (Node item : array.items()) {
      Fields one = Fields.of("tree node /e/" + entries.size(), ErrorCode.MST_SHAPE, item);
      long shared = one.uint("p");
      String rest = new String(one.bytesUpTo("k", MAX_KEY), StandardCharsets.ISO_8859_1);
      Cid value = one.link("v");
      links.add(toLink(one.node("t"), one));
      one.end();
      if (shared > before.length()) {
        throw one.error("shares " + shared + " bytes with a key of " + before.length());
      }
      String key = before.substring(0, (int) shared) + rest;
      requireKey(key);
      if (!entries.isEmpty()
          && (before.compareTo(key) >= 0 || sharedPrefix(before, key) != shared)) {
        throw one.error(
            "key `"
                + key
                + "` is out of order after `"
                + before
                + "` or shares another number of bytes");
      }
      entries.add(new Entry(key, value));
      before = key;
    }
    int layer = layer(entries, links, cid, expectedLayer);
    List<Subtree> subtrees = new ArrayList<>(links.size());
    for (Optional<Cid> link : links) {
      subtrees.add(link.isPresent() ? Subtree.stored(link.get(), layer - 1) : Subtree.NONE);
    }
    return new TreeNode(layer, entries, subtrees);
  }

  private static int layer(
      List<Entry> entries, List<Optional<Cid>> links, Cid cid, int expectedLayer) {
    if (entries.isEmpty() && expectedLayer < 0 && links.getFirst().isPresent()) {
      throw shape("root `" + cid + "` has no entries and one subtree");
    }
    if (entries.isEmpty() && expectedLayer >= 0 && links.getFirst().isEmpty()) {
      throw shape("node `" + cid + "` below the root is empty");
    }
    int layer =
        expectedLayer >= 0
            ? expectedLayer
            : entries.isEmpty() ? 0 : layerOf(entries.getFirst().key());
    for (Entry entry : entries) {
      if (layerOf(entry.key()) != layer) {
        throw shape(
            "node `%s`: key `%s` is on layer %d, expected %d"
                .formatted(cid, entry.key(), layerOf(entry.key()), layer));
      }
    }
    if (layer == 0 && links.stream().anyMatch(Optional::isPresent)) {
      throw shape("node `" + cid + "` is on layer 0 and has a subtree");
    }
    return layer;
  }

  private static Optional<Cid> toLink(Node node, Fields fields) {
    return switch (node) {
      case Node.Null _ -> Optional.empty();
      case Node.Link link when link.cid().storable() && link.cid().codec() == Cid.DAG_CBOR ->
          Optional.of(link.cid());
      default -> throw fields.error("has something other than a link or null for a subtree");
    };
  }

  private static int sharedPrefix(String a, String b) {
    int n = Math.min(a.length(), b.length());
    int i = 0;
    while (i < n && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  static TreeException shape(String what) {
    return new TreeException(ErrorCode.MST_SHAPE, "read tree: " + what);
  }
}
