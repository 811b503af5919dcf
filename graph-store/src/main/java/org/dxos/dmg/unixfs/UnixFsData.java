package org.dxos.dmg.unixfs;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * What the Data field of a dag-pb node says in the profile: an inner node of a file, a folder, or a
 * piece of a folder's hash trie. Everything else that UnixFS knows is refused.
 *
 * <pre>
 *   08 type  [12 data]  [18 filesize]  *(20 blocksize)  [28 hash type]  [30 fanout]
 * </pre>
 */
sealed interface UnixFsData {

  /** Multicodec of murmur3-x64-64, the only hash of folder tries. */
  int MURMUR3 = 0x22;

  int FANOUT = 256;

  int TYPE_DIRECTORY = 1;
  int TYPE_FILE = 2;
  int TYPE_SYMLINK = 4;
  int TYPE_SHARD = 5;

  byte[] encode();

  /** An inner node of a file: how many bytes lie below it, and below each of its links. */
  record Inner(long size, List<Long> blockSizes) implements UnixFsData {

    public Inner {
      blockSizes = List.copyOf(blockSizes);
    }

    @Override
    public byte[] encode() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      DagPb.field(1, TYPE_FILE, out);
      DagPb.field(3, size, out);
      blockSizes.forEach(blockSize -> DagPb.field(4, blockSize, out));
      return out.toByteArray();
    }
  }

  /** A folder in one node. */
  record Folder() implements UnixFsData {

    @Override
    public byte[] encode() {
      return new byte[] {1 << 3, TYPE_DIRECTORY};
    }
  }

  /**
   * A node of a folder's hash trie.
   *
   * @param bitfield which of the 256 slots are taken: a big-endian number without leading zeros
   */
  record Shard(byte[] bitfield) implements UnixFsData {

    /** The slots that are taken, ascending. */
    int[] slots() {
      int[] slots = new int[FANOUT];
      int count = 0;
      for (int slot = 0; slot < FANOUT; slot++) {
        int index = bitfield.length - 1 - slot / 8;
        if (index >= 0 && (bitfield[index] >> (slot % 8) & 1) == 1) {
          slots[count++] = slot;
        }
      }
      return Arrays.copyOf(slots, count);
    }

    /** The node with exactly these slots taken, of which there is at least one. */
    static Shard of(List<Integer> slots) {
      byte[] bits = new byte[FANOUT / 8];
      slots.forEach(slot -> bits[bits.length - 1 - slot / 8] |= (byte) (1 << (slot % 8)));
      int zeros = 0;
      while (bits[zeros] == 0) {
        zeros++;
      }
      return new Shard(Arrays.copyOfRange(bits, zeros, bits.length));
    }

    @Override
    public byte[] encode() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      DagPb.field(1, TYPE_SHARD, out);
      DagPb.field(2, bitfield, out);
      DagPb.field(5, MURMUR3, out);
      DagPb.field(6, FANOUT, out);
      return out.toByteArray();
    }
  }

  /**
   * Decodes the Data field of a node.
   *
   * @throws FormatException with {@link ErrorCode#BUNDLE_ENTRY} for a symbolic link, {@link
   *     ErrorCode#DAG_PB} for all else that the profile does not make
   */
  static UnixFsData decode(byte[] data) {
    PbReader reader = new PbReader("UnixFS data", data);
    if (!reader.take(1, PbReader.VARINT)) {
      throw reader.error("no Type, which is its first field");
    }
    long type = reader.varint();
    if (type == TYPE_SYMLINK) {
      throw new FormatException(
          ErrorCode.BUNDLE_ENTRY, "decode UnixFS data: a symbolic link, expected a file or folder");
    }
    UnixFsData decoded;
    if (type == TYPE_FILE) {
      decoded = inner(reader);
    } else if (type == TYPE_DIRECTORY) {
      decoded = new Folder();
    } else if (type == TYPE_SHARD) {
      decoded = shard(reader);
    } else {
      throw reader.error("type " + type + ", expected folder (1), file (2) or folder trie (5)");
    }
    if (reader.take(7, PbReader.VARINT) || reader.take(8, PbReader.BYTES)) {
      throw reader.error("a mode or a time, which bundles do not have");
    }
    reader.requireDone();
    return decoded;
  }

  private static Inner inner(PbReader reader) {
    if (!reader.take(3, PbReader.VARINT)) {
      throw reader.error("a file node without filesize, or with data in it");
    }
    long size = reader.varint();
    List<Long> blockSizes = new ArrayList<>();
    while (reader.take(4, PbReader.VARINT)) {
      blockSizes.add(reader.varint());
    }
    return new Inner(size, blockSizes);
  }

  private static Shard shard(PbReader reader) {
    if (!reader.take(2, PbReader.BYTES)) {
      throw reader.error("a folder trie without bitfield");
    }
    byte[] bitfield = reader.bytes();
    if (bitfield.length == 0 || bitfield.length > FANOUT / 8 || bitfield[0] == 0) {
      throw reader.error(
          "a bitfield of " + bitfield.length + " bytes, expected 1 to 32 without leading zeros");
    }
    long hash = reader.take(5, PbReader.VARINT) ? reader.varint() : 0;
    long fanout = reader.take(6, PbReader.VARINT) ? reader.varint() : 0;
    if (hash != MURMUR3 || fanout != FANOUT) {
      throw reader.error(
          "hash type 0x%x and fanout %d, expected 0x%x and %d"
              .formatted(hash, fanout, MURMUR3, FANOUT));
    }
    return new Shard(bitfield);
  }
}
