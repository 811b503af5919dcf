package org.dxos.dmg.unixfs;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * The folders of a bundle, read before any file: each distinct folder once. What it comes to when
 * every link is followed is then known by adding up, so that a few folders that link each other
 * many times are refused after as many reads as there are folders, and nothing has been written.
 */
final class FolderTree {

  /** What an entry of a folder is. */
  sealed interface Entry {

    Cid cid();

    /** A file: its root block, checked, which is kept only while it is an inner node. */
    record File(Cid cid) implements Entry {}

    record Folder(Cid cid) implements Entry {}
  }

  /**
   * A distinct folder.
   *
   * @param entries by name
   * @param expanded files and folders below it, following every link
   * @param height links down to its deepest folder block or file root
   * @param longest characters of the longest path below it
   */
  record Contents(SortedMap<String, Entry> entries, int expanded, int height, int longest) {}

  private final BlockCheck blocks;
  private final Map<Cid, Contents> folders = new HashMap<>();

  /** Distinct entries held in memory, which are never more than there are when expanded. */
  private int held;

  private FolderTree(BlockCheck blocks) {
    this.blocks = blocks;
  }

  static FolderTree read(Cid root, BlockCheck blocks) {
    FolderTree tree = new FolderTree(blocks);
    if (root.codec() != Cid.DAG_PB) {
      throw notFolder(root);
    }
    tree.folder(root, tree.decode(root, 0), 0, "");
    return tree;
  }

  Contents contents(Cid folder) {
    Contents contents = folders.get(folder);
    if (contents == null) {
      throw new IllegalStateException("folder " + folder + " was not read");
    }
    return contents;
  }

  /** The file at {@code path}, if there is one. */
  Optional<Cid> file(Cid root, String path) {
    Cid folder = root;
    String[] names = path.split("/", -1);
    for (int i = 0; i < names.length; i++) {
      boolean last = i == names.length - 1;
      Entry entry = contents(folder).entries().get(names[i]);
      switch (entry) {
        case Entry.File file when last -> {
          return Optional.of(file.cid());
        }
        case Entry.Folder next when !last -> folder = next.cid();
        case null, default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private record Decoded(DagPb.Node node, UnixFsData data) {}

  private Decoded decode(Cid cid, int depth) {
    DagPb.Node node = DagPb.decode(blocks.read(cid, depth));
    byte[] data =
        node.data()
            .orElseThrow(
                () ->
                    new FormatException(
                        ErrorCode.DAG_PB, "walk bundle: node `" + cid + "` has no UnixFS data"));
    return new Decoded(node, UnixFsData.decode(data));
  }

  private Contents folder(Cid cid, Decoded decoded, int depth, String path) {
    Collector collector = new Collector(path);
    int inner =
        switch (decoded.data) {
          case UnixFsData.Inner unused -> throw notFolder(cid);
          case UnixFsData.Folder unused -> {
            for (DagPb.Link link : decoded.node.links()) {
              collector.add(name(link, cid), link, depth + 1);
            }
            yield 0;
          }
          case UnixFsData.Shard shard -> shard(cid, decoded.node, shard, depth, 0, 0, collector);
        };
    if (collector.entries.isEmpty()) {
      throw new FormatException(
          ErrorCode.BUNDLE_ENTRY, "walk bundle: folder `" + shown(path) + "` is empty");
    }
    Contents contents =
        new Contents(
            collector.entries,
            collector.expanded,
            Math.max(inner, collector.height),
            collector.longest);
    folders.put(cid, contents);
    return contents;
  }

  /**
   * Reads a node of the trie of one folder.
   *
   * @param level of the node, the root being 0
   * @param prefix the slots that led here, eight bits each, the last one lowest
   * @return links from the root of the folder down to its deepest trie node
   */
  private int shard(
      Cid cid,
      DagPb.Node node,
      UnixFsData.Shard shard,
      int depth,
      int level,
      long prefix,
      Collector collector) {
    int[] slots = shard.slots();
    if (slots.length != node.links().size()) {
      throw trie(
          cid, "its bitfield has " + slots.length + " slots for " + node.links().size() + " links");
    }
    int height = level;
    for (int i = 0; i < slots.length; i++) {
      DagPb.Link link = node.links().get(i);
      String name = name(link, cid);
      String label = FolderDag.label(slots[i]);
      if (!name.startsWith(label)) {
        throw trie(cid, "link `" + shown(name) + "` stands at slot `" + label + "`");
      }
      long at = prefix << 8 | slots[i];
      if (name.length() > label.length()) {
        String entry = name.substring(label.length());
        if (Murmur3.hash(entry) >>> (56 - 8 * level) != at) {
          throw trie(cid, "`" + shown(entry) + "` does not hash to its place");
        }
        collector.add(entry, link, depth + 1);
      } else {
        if (level + 1 == FolderDag.MAX_LEVELS) {
          throw trie(cid, "more than " + FolderDag.MAX_LEVELS + " levels");
        }
        Decoded next = decode(link.cid(), depth + 1);
        if (!(next.data instanceof UnixFsData.Shard inner)) {
          throw trie(cid, "slot `" + label + "` leads to no trie node");
        }
        height =
            Math.max(
                height, shard(link.cid(), next.node, inner, depth + 1, level + 1, at, collector));
      }
    }
    return height;
  }

  /** Gathers the entries of one folder. */
  private final class Collector {

    private final String path;
    private final SortedMap<String, Entry> entries = new TreeMap<>();
    private final Map<String, String> folded = new HashMap<>();
    private int expanded;
    private int height;
    private int longest;

    private Collector(String path) {
      this.path = path;
    }

    void add(String name, DagPb.Link link, int depth) {
      String full = path.isEmpty() ? name : path + "/" + name;
      EntryName.refusal(name).ifPresent(reason -> refuse(full, reason));
      if (full.length() > EntryName.MAX_PATH) {
        refuse(full, "a path of more than " + EntryName.MAX_PATH + " characters");
      }
      String twin = folded.putIfAbsent(EntryName.folded(name), name);
      if (twin != null) {
        refuse(
            full,
            twin.equals(name)
                ? "there twice in its folder"
                : "`" + name + "` differs from `" + twin + "` only by case");
      }
      count(1);
      longest = Math.max(longest, name.length());
      entries.put(name, entry(link.cid(), full, depth));
    }

    private Entry entry(Cid cid, String full, int depth) {
      BlockCheck.requireDepth(depth);
      if (cid.codec() == Cid.RAW) {
        return new Entry.File(cid);
      }
      if (cid.codec() != Cid.DAG_PB) {
        refuse(full, "a block that is neither raw nor dag-pb");
      }
      Contents known = folders.get(cid);
      if (known == null) {
        Decoded decoded = decode(full, cid, depth);
        if (decoded.data instanceof UnixFsData.Inner) {
          return new Entry.File(cid);
        }
        known = folder(cid, decoded, depth, full);
      }
      BlockCheck.requireDepth(depth + known.height);
      if (full.length() + 1 + known.longest > EntryName.MAX_PATH) {
        refuse(full, "a path below it of more than " + EntryName.MAX_PATH + " characters");
      }
      longest = Math.max(longest, full.length() - start() + 1 + known.longest);
      height = Math.max(height, known.height + 1);
      expanded = sum(expanded, known.expanded);
      return new Entry.Folder(cid);
    }

    private Decoded decode(String full, Cid cid, int depth) {
      try {
        return FolderTree.this.decode(cid, depth);
      } catch (FormatException e) {
        if (e.code() == ErrorCode.BUNDLE_ENTRY) {
          throw new FormatException(e.code(), "walk bundle: `" + shown(full) + "`: " + e.message());
        }
        throw e;
      }
    }

    /** Where the names of this folder begin in full paths. */
    private int start() {
      return path.isEmpty() ? 0 : path.length() + 1;
    }

    private void count(int more) {
      expanded = sum(expanded, more);
      height = Math.max(height, 1);
      held = sum(held, more);
    }

    private static void refuse(String full, String reason) {
      throw new FormatException(
          ErrorCode.BUNDLE_ENTRY, "walk bundle: `" + shown(full) + "`: " + reason);
    }
  }

  private static int sum(int entries, int more) {
    int sum = entries + more;
    if (sum > Budget.MAX_ENTRIES) {
      throw new FormatException(
          ErrorCode.DAG_BUDGET,
          "walk bundle: more than " + Budget.MAX_ENTRIES + " files and folders");
    }
    return sum;
  }

  private static String name(DagPb.Link link, Cid cid) {
    return link.name()
        .orElseThrow(
            () ->
                new FormatException(
                    ErrorCode.DAG_PB, "walk bundle: a link of folder `" + cid + "` has no Name"));
  }

  private static FormatException notFolder(Cid cid) {
    return new FormatException(
        ErrorCode.BUNDLE_ENTRY, "walk bundle: root `" + cid + "` is no folder");
  }

  private static FormatException trie(Cid cid, String found) {
    return new FormatException(
        ErrorCode.DAG_PB, "walk bundle: folder trie node `" + cid + "`: " + found);
  }

  private static String shown(String text) {
    return EntryName.shown(text);
  }
}
