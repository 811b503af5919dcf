package org.dxos.dmg.car;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.Varint;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Reads a CAR from a stream, block by block. Blocks come in the order of the file, doubles too; no
 * block is handed out before it hashed to its CID. Does not close the stream. For one thread.
 */
public final class CarReader {

  /** Room for some 1,500 roots; a CAR of DMG has one. */
  public static final int MAX_HEADER = 64 * 1024;

  /** Bytes of the largest block, as IPFS implementations exchange them. */
  public static final int MAX_BLOCK = 2 * 1024 * 1024;

  private final InputStream in;
  private final List<Cid> roots;
  private long offset;

  /** A block that hashes to its CID. */
  public record Block(Cid cid, byte[] bytes) {}

  /**
   * Reads the header.
   *
   * @throws FormatException with {@link ErrorCode#CAR_SYNTAX} and the offset if it is no header of
   *     version 1 within {@link #MAX_HEADER}; with {@link ErrorCode#UNSUPPORTED} for version 2;
   *     with {@link ErrorCode#CID_UNSUPPORTED} if a root cannot name a stored block
   */
  public CarReader(InputStream in) throws IOException {
    this.in = new BufferedInputStream(in); // lengths are read byte by byte
    Optional<Long> length = length();
    if (length.isEmpty()) {
      throw error(0, "it is empty, expected a header");
    }
    if (length.get() > MAX_HEADER) {
      throw error(0, "a header of " + length.get() + " bytes, at most " + MAX_HEADER);
    }
    long start = offset;
    this.roots = roots(exactly(length.get().intValue()), start);
  }

  /** What the header names, in its order; whether those blocks follow is not promised. */
  public List<Cid> roots() {
    return roots;
  }

  /** Bytes read so far. */
  public long offset() {
    return offset;
  }

  /**
   * The next block, or empty at the end.
   *
   * @throws FormatException with {@link ErrorCode#CAR_SYNTAX} and the offset for a CAR that breaks
   *     off or whose lengths are wrong; {@link ErrorCode#CID_UNSUPPORTED}, {@link
   *     ErrorCode#BLOCK_TOO_LARGE} or {@link ErrorCode#BLOCK_CORRUPT} for a block that is not taken
   */
  public Optional<Block> next() throws IOException {
    long start = offset;
    Optional<Long> length = length();
    if (length.isEmpty()) {
      return Optional.empty();
    }
    long size = length.get() - Cid.STORED_BYTES;
    if (size > MAX_BLOCK) {
      throw new FormatException(
          ErrorCode.BLOCK_TOO_LARGE,
          "read CAR at offset " + start + ": a block of " + size + " bytes, at most " + MAX_BLOCK);
    }
    if (size < 0) {
      throw error(
          start, "a section of " + length.get() + " bytes, a CID alone has " + Cid.STORED_BYTES);
    }
    Cid cid = cid(exactly(Cid.STORED_BYTES), start);
    byte[] block = exactly((int) size);
    if (!cid.matches(block)) {
      throw new FormatException(
          ErrorCode.BLOCK_CORRUPT,
          "read CAR at offset "
              + start
              + ": the block of `"
              + cid
              + "` hashes to `"
              + Cid.of(cid.codec(), block)
              + "`");
    }
    return Optional.of(new Block(cid, block));
  }

  private static Cid cid(byte[] bytes, long start) {
    // Stored CIDs have one length, so one of another length does not parse from it.
    Cid cid;
    try {
      cid = Cid.fromBytes(bytes);
    } catch (FormatException e) {
      throw new FormatException(
          ErrorCode.CID_UNSUPPORTED,
          "read CAR at offset "
              + start
              + ": no CID of version 1 with sha2-256 ("
              + e.message()
              + ")");
    }
    return cid.requireStorable();
  }

  private static List<Cid> roots(byte[] header, long start) {
    Node node;
    try {
      node = DagCbor.decode(header);
    } catch (FormatException e) {
      throw error(start, "its header is no dag-cbor: " + e.message());
    }
    if (!(node instanceof Node.Map(Map<String, Node> fields))) {
      throw error(start, "its header is no map");
    }
    Node version = fields.get("version");
    if (!(version instanceof Node.Int(long number))) {
      throw error(start, "its header has no version");
    }
    if (number == 2) {
      throw new FormatException(
          ErrorCode.UNSUPPORTED,
          "read CAR: version 2, expected 1",
          "write the file again as version 1, without index");
    }
    if (number != 1 || fields.size() != 2) {
      throw error(start, "its header is not `version` 1 and `roots` alone");
    }
    if (!(fields.get("roots") instanceof Node.Array(List<Node> items))) {
      throw error(start, "its header has no list of roots");
    }
    List<Cid> roots = new ArrayList<>(items.size());
    for (Node item : items) {
      if (!(item instanceof Node.Link(Cid cid))) {
        throw error(start, "a root is no CID");
      }
      roots.add(cid.requireStorable());
    }
    return List.copyOf(roots);
  }

  /** The varint here, or empty if the stream ends before it. */
  private Optional<Long> length() throws IOException {
    long start = offset;
    byte[] bytes = new byte[Varint.MAX_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      int b = in.read();
      if (b < 0) {
        if (i == 0) {
          return Optional.empty();
        }
        throw error(start, "it breaks off in a length");
      }
      offset++;
      bytes[i] = (byte) b;
      if (b < 0x80) {
        break;
      }
    }
    try {
      return Optional.of(Varint.read(bytes, 0).value());
    } catch (FormatException e) {
      throw error(start, e.message());
    }
  }

  /** What arrives is what is allocated: a length alone costs nothing. */
  private byte[] exactly(int length) throws IOException {
    long start = offset;
    byte[] bytes = in.readNBytes(length);
    offset += bytes.length;
    if (bytes.length < length) {
      throw error(start, "it breaks off after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  private static FormatException error(long at, String found) {
    return new FormatException(ErrorCode.CAR_SYNTAX, "read CAR at offset " + at + ": " + found);
  }
}
