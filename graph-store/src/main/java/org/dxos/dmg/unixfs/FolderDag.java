package org.dxos.dmg.unixfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.Varint;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Builds the nodes of one folder. A folder whose single block would be larger than the threshold
 * becomes a hash trie: each level takes eight bits of the hash of a name, most significant first; a
 * slot holds one entry (its link is named by the slot in two hexadecimal digits and the name) or,
 * where several meet, the next level (named by the slot alone).
 */
final class FolderDag {

  /** Eight bits a level of a hash of 64. */
  static final int MAX_LEVELS = 8;

  private final BlockSink sink;

  private FolderDag(BlockSink sink) {
    this.sink = sink;
  }

  /**
   * The folder with these entries by name. Names are ASCII, so that the order of the map is the
   * order of dag-pb.
   */
  static Built build(SortedMap<String, Built> entries, Profile profile, BlockSink sink) {
    FolderDag dag = new FolderDag(sink);
    return blockLength(entries) <= profile.threshold() ? dag.flat(entries) : dag.shard(entries, 0);
  }

  /** Bytes of the single block that would hold {@code entries}, without making it. */
  static long blockLength(SortedMap<String, Built> entries) {
    long length = 2 + new UnixFsData.Folder().encode().length;
    for (Map.Entry<String, Built> entry : entries.entrySet()) {
      int name = entry.getKey().getBytes(StandardCharsets.UTF_8).length;
      int link =
          2
              + Cid.STORED_BYTES
              + 1
              + Varint.of(name).length
              + name
              + 1
              + Varint.of(entry.getValue().weight()).length;
      length += 1 + Varint.of(link).length + link;
    }
    return length;
  }

  private Built flat(SortedMap<String, Built> entries) {
    List<DagPb.Link> links = new ArrayList<>(entries.size());
    entries.forEach((name, node) -> links.add(DagPb.Link.to(node.cid(), name, node.weight())));
    return put(links, new UnixFsData.Folder(), List.copyOf(entries.values()));
  }

  private Built shard(SortedMap<String, Built> entries, int level) {
    if (level == MAX_LEVELS) {
      throw new FormatException(
          ErrorCode.BUNDLE_ENTRY,
          "build folder: the names " + entries.keySet() + " have one murmur3 hash",
          "rename one of them");
    }
    SortedMap<Integer, SortedMap<String, Built>> slots = new TreeMap<>();
    entries.forEach(
        (name, node) ->
            slots.computeIfAbsent(slot(name, level), s -> new TreeMap<>()).put(name, node));
    List<DagPb.Link> links = new ArrayList<>(slots.size());
    List<Built> nodes = new ArrayList<>(slots.size());
    slots.forEach(
        (slot, inSlot) -> {
          boolean alone = inSlot.size() == 1;
          Built node = alone ? inSlot.firstEntry().getValue() : shard(inSlot, level + 1);
          String name = label(slot) + (alone ? inSlot.firstKey() : "");
          links.add(DagPb.Link.to(node.cid(), name, node.weight()));
          nodes.add(node);
        });
    return put(links, UnixFsData.Shard.of(List.copyOf(slots.keySet())), nodes);
  }

  private Built put(List<DagPb.Link> links, UnixFsData data, List<Built> nodes) {
    byte[] block = DagPb.encode(new DagPb.Node(links, Optional.of(data.encode())));
    Cid cid = Cid.of(Cid.DAG_PB, block);
    sink.put(cid, block);
    return FileDag.sum(cid, block.length, nodes);
  }

  /** The slot of {@code name} at a level of the trie, the root being level 0. */
  static int slot(String name, int level) {
    return (int) (Murmur3.hash(name) >>> (56 - 8 * level)) & 0xff;
  }

  /** How a slot is spelled in link names. */
  static String label(int slot) {
    return "%02X".formatted(slot);
  }
}
