package org.dxos.dmg.unixfs;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.Varint;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Strict dag-pb: a node is links and optional data; one value, one encoding.
 *
 * <pre>
 *   node = *( 12 length link ) [ 0a length data ]          links first, sorted by name
 *   link = 0a length cid [ 12 length name ] [ 18 tsize ]   varints minimal, below 2^63
 * </pre>
 *
 * @see <a href="https://ipld.io/specs/codecs/dag-pb/spec/">dag-pb</a>
 */
public final class DagPb {

  /** Largest block that IPFS implementations exchange, in bytes. */
  public static final int MAX_BLOCK = 2 * 1024 * 1024;

  private static final int LINKS = 2;
  private static final int DATA = 1;
  private static final int HASH = 1;
  private static final int NAME = 2;
  private static final int TSIZE = 3;

  private DagPb() {}

  /**
   * A node.
   *
   * @param links sorted by the bytes of their names, no name sorting as the empty one; equal names
   *     may stand side by side
   * @param data the bytes of the Data field, which may be there and empty
   */
  public record Node(List<Link> links, Optional<byte[]> data) {

    public Node {
      links = List.copyOf(links);
      for (int i = 1; i < links.size(); i++) {
        if (compareNames(links.get(i - 1), links.get(i)) > 0) {
          throw new FormatException(
              ErrorCode.DAG_PB, "make dag-pb node: link " + i + " is out of the order of names");
        }
      }
    }
  }

  /**
   * A link.
   *
   * @param hash the CID in binary, of version 1 or 0 (a bare sha2-256 multihash of 34 bytes)
   * @param name UTF-8 text; absent and empty are two different encodings
   * @param tsize what the linked DAG is said to weigh in bytes; a claim, never to be relied on
   */
  public record Link(byte[] hash, Optional<String> name, OptionalLong tsize) {

    public Link {
      if (!isVersion0(hash)) {
        try {
          Cid unused = Cid.fromBytes(hash);
        } catch (FormatException e) {
          throw new FormatException(ErrorCode.DAG_PB, "make dag-pb link: " + e.message());
        }
      }
      if (tsize.isPresent() && tsize.getAsLong() < 0) {
        throw new FormatException(
            ErrorCode.DAG_PB, "make dag-pb link: Tsize " + tsize.getAsLong() + " is negative");
      }
      hash = hash.clone();
    }

    /** A link to a stored block, with all three fields, as UnixFS writes them. */
    public static Link to(Cid cid, String name, long tsize) {
      return new Link(cid.bytes(), Optional.of(name), OptionalLong.of(tsize));
    }

    @Override
    public byte[] hash() {
      return hash.clone();
    }

    /**
     * The CID, if it may name a stored block.
     *
     * @throws FormatException with {@link ErrorCode#CID_UNSUPPORTED} for version 0 and for other
     *     codecs and hashes
     */
    public Cid cid() {
      if (isVersion0(hash)) {
        throw new FormatException(
            ErrorCode.CID_UNSUPPORTED, "follow dag-pb link: its CID has version 0, expected 1");
      }
      return Cid.fromBytes(hash).requireStorable();
    }
  }

  /**
   * Decodes a block.
   *
   * @throws FormatException with {@link ErrorCode#DAG_PB} and the offset for every other encoding
   *     than the one that {@link #encode} gives; {@link ErrorCode#BLOCK_TOO_LARGE} over {@link
   *     #MAX_BLOCK}
   */
  public static Node decode(byte[] block) {
    requireSize(block.length);
    PbReader reader = new PbReader("dag-pb", block);
    List<Link> links = new ArrayList<>();
    while (reader.take(LINKS, PbReader.BYTES)) {
      links.add(link(reader.message()));
    }
    Optional<byte[]> data =
        reader.take(DATA, PbReader.BYTES) ? Optional.of(reader.bytes()) : Optional.empty();
    reader.requireDone();
    return new Node(links, data);
  }

  private static Link link(PbReader reader) {
    if (!reader.take(HASH, PbReader.BYTES)) {
      throw reader.error("a link without Hash, which is its first field");
    }
    byte[] hash = reader.bytes();
    Optional<String> name =
        reader.take(NAME, PbReader.BYTES)
            ? Optional.of(utf8(reader, reader.bytes()))
            : Optional.empty();
    OptionalLong tsize =
        reader.take(TSIZE, PbReader.VARINT)
            ? OptionalLong.of(reader.varint())
            : OptionalLong.empty();
    reader.requireDone();
    try {
      return new Link(hash, name, tsize);
    } catch (FormatException e) {
      throw reader.error("the link before has no good Hash: " + e.message());
    }
  }

  private static String utf8(PbReader reader, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw reader.error("a name that is not UTF-8");
    }
  }

  /**
   * Encodes a node.
   *
   * @throws FormatException with {@link ErrorCode#BLOCK_TOO_LARGE} over {@link #MAX_BLOCK}
   */
  public static byte[] encode(Node node) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Link link : node.links()) {
      ByteArrayOutputStream inner = new ByteArrayOutputStream();
      field(HASH, link.hash, inner);
      link.name().ifPresent(name -> field(NAME, name.getBytes(StandardCharsets.UTF_8), inner));
      link.tsize().ifPresent(tsize -> field(TSIZE, tsize, inner));
      field(LINKS, inner.toByteArray(), out);
    }
    node.data().ifPresent(data -> field(DATA, data, out));
    requireSize(out.size());
    return out.toByteArray();
  }

  /** Writes a protobuf field of bytes. */
  static void field(int number, byte[] value, ByteArrayOutputStream out) {
    out.write(number << 3 | PbReader.BYTES);
    Varint.write(value.length, out);
    out.writeBytes(value);
  }

  /** Writes a protobuf field of an integer. */
  static void field(int number, long value, ByteArrayOutputStream out) {
    out.write(number << 3 | PbReader.VARINT);
    Varint.write(value, out);
  }

  private static boolean isVersion0(byte[] hash) {
    return hash.length == 34 && hash[0] == Cid.SHA2_256 && hash[1] == 32;
  }

  private static int compareNames(Link left, Link right) {
    return Arrays.compareUnsigned(
        left.name().orElse("").getBytes(StandardCharsets.UTF_8),
        right.name().orElse("").getBytes(StandardCharsets.UTF_8));
  }

  private static void requireSize(int length) {
    if (length > MAX_BLOCK) {
      throw new FormatException(
          ErrorCode.BLOCK_TOO_LARGE, "dag-pb block: " + length + " bytes, at most " + MAX_BLOCK);
    }
  }
}
