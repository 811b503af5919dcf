package org.dxos.dmg.cid;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.error.Quoted;

/**
 * A content identifier of any codec and hash: an immutable value, ordered by its bytes.
 *
 * <p>{@link #of} names a block of DMG. {@link #parse} and {@link #storable} accept what DMG stores
 * and names: sha2-256 with codec raw, dag-pb or dag-cbor. {@link #fromBytes} takes any well-formed
 * CID of version 1, {@link #fromLink} of version 0 as well, which others' dag-cbor carries: it
 * stays what it is, so that the block is written again as it was, and is not {@link #storable}.
 */
public final class Cid implements Comparable<Cid> {

  public static final long RAW = 0x55;
  public static final long DAG_PB = 0x70;
  public static final long DAG_CBOR = 0x71;
  public static final long LIBP2P_KEY = 0x72;

  /** Multihash code of SHA-256, the only digest of stored blocks. */
  public static final long SHA2_256 = 0x12;

  /**
   * A CID that is only carried: room for a 64-byte digest, and for identity digests no larger than
   * that.
   */
  public static final int MAX_BYTES = 128;

  /** Length in bytes of every CID that names a stored block. */
  public static final int STORED_BYTES = 36;

  private static final int DIGEST_BYTES = 32;

  private final byte[] bytes;
  private final long codec;
  private final int hash;

  private Cid(byte[] bytes, long codec) {
    this.bytes = bytes;
    this.codec = codec;
    // The tail is the digest's: spread well, unlike the head.
    int n = bytes.length;
    this.hash =
        n < 4
            ? Arrays.hashCode(bytes)
            : (bytes[n - 4] << 24)
                | ((bytes[n - 3] & 0xff) << 16)
                | ((bytes[n - 2] & 0xff) << 8)
                | (bytes[n - 1] & 0xff);
  }

  /**
   * The CID of {@code block}: its SHA-256 under {@code codec}, one of the three that are stored.
   */
  public static Cid of(long codec, byte[] block) {
    return ofDigest(codec, sha256(block));
  }

  /** The CID with this codec and SHA-256 digest of 32 bytes. */
  public static Cid ofDigest(long codec, byte[] digest) {
    if (digest.length != DIGEST_BYTES || codec < 0 || codec > 0x7f) {
      throw new IllegalArgumentException(
          "codec " + codec + ", digest of " + digest.length + " bytes");
    }
    byte[] bytes = new byte[STORED_BYTES];
    bytes[0] = 1;
    bytes[1] = (byte) codec;
    bytes[2] = (byte) SHA2_256;
    bytes[3] = DIGEST_BYTES;
    System.arraycopy(digest, 0, bytes, 4, DIGEST_BYTES);
    return new Cid(bytes, codec);
  }

  /** The CID with this codec around any multihash (as peer ids have it). */
  public static Cid ofMultihash(long codec, byte[] multihash) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(multihash.length + 4);
    Varint.write(1, out);
    Varint.write(codec, out);
    out.writeBytes(multihash);
    return fromBytes(out.toByteArray());
  }

  /**
   * Reads what tag 42 carries: a zero byte, then the binary CID of version 1 or 0.
   *
   * @throws FormatException if it is not well-formed, or over {@link #MAX_BYTES}
   */
  public static Cid fromLink(byte[] prefixed) {
    if (prefixed.length == 0 || prefixed[0] != 0) {
      throw syntax(0, "a link does not begin with 0x00");
    }
    byte[] bytes = Arrays.copyOfRange(prefixed, 1, prefixed.length);
    return isVersion0(bytes) ? new Cid(bytes, DAG_PB) : fromBytes(bytes);
  }

  /** Version 0 is the multihash alone: sha2-256 of 32 bytes, of a dag-pb block. */
  private static boolean isVersion0(byte[] bytes) {
    return bytes.length == DIGEST_BYTES + 2 && bytes[0] == SHA2_256 && bytes[1] == DIGEST_BYTES;
  }

  /**
   * Reads a binary CID version 1 that fills {@code bytes} whole, with any codec and any digest.
   *
   * @throws FormatException if it is not well-formed, or over {@link #MAX_BYTES}
   */
  public static Cid fromBytes(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw syntax(MAX_BYTES, "it has " + bytes.length + " bytes, at most " + MAX_BYTES);
    }
    Varint.Decoded version = Varint.read(bytes, 0);
    if (version.value() != 1) {
      throw syntax(0, "version " + version.value() + ", expected 1");
    }
    Varint.Decoded codec = Varint.read(bytes, version.end());
    Varint.Decoded hash = Varint.read(bytes, codec.end());
    Varint.Decoded length = Varint.read(bytes, hash.end());
    int rest = bytes.length - length.end();
    if (length.value() != rest) {
      throw syntax(
          hash.end(),
          "its multihash says " + length.value() + " digest bytes and " + rest + " follow");
    }
    if (hash.value() == SHA2_256 && rest > DIGEST_BYTES) {
      throw syntax(hash.end(), "a sha2-256 digest of " + rest + " bytes, at most " + DIGEST_BYTES);
    }
    return new Cid(bytes.clone(), codec.value());
  }

  /**
   * Reads the text of a CID that DMG names: base32 version 1 (canonical), or version 0 ({@code
   * Qm…}), which becomes version 1.
   *
   * @throws FormatException with {@link ErrorCode#CID_SYNTAX} or {@link ErrorCode#CID_UNSUPPORTED}
   */
  public static Cid parse(String text) {
    if (text.length() == 46 && text.startsWith("Qm")) {
      byte[] multihash = Multibase.BASE58BTC.decode(text);
      if (!isVersion0(multihash)) {
        throw syntax(
            0,
            "`"
                + Quoted.of(text)
                + "` is no version 0 CID: its multihash is not sha2-256 of 32 bytes");
      }
      return ofDigest(DAG_PB, Arrays.copyOfRange(multihash, 2, 34));
    }
    if (text.isEmpty() || text.charAt(0) != Multibase.BASE32.prefix()) {
      throw syntax(
          0, "`" + Quoted.of(text) + "` does not begin with `b` (base32) or `Qm` (version 0)");
    }
    byte[] bytes;
    try {
      bytes = Multibase.BASE32.decode(text.substring(1));
    } catch (FormatException e) {
      throw inText(e, 1 + e.offset().orElse(0));
    }
    try {
      return fromBytes(bytes).requireStorable();
    } catch (FormatException e) {
      // Eight characters are five bytes.
      throw inText(e, 1 + e.offset().orElse(0) * 8 / 5);
    }
  }

  /** A refusal of what a text stands for, as one of the text. */
  private static FormatException inText(FormatException refusal, int offset) {
    return FormatException.at(offset, refusal.code(), refusal.message());
  }

  /**
   * True if a block under this CID may be stored: raw, dag-pb or dag-cbor with sha2-256 of 32
   * bytes.
   */
  public boolean storable() {
    return bytes.length == STORED_BYTES
        && bytes[2] == SHA2_256
        && bytes[3] == DIGEST_BYTES
        && (codec == RAW || codec == DAG_PB || codec == DAG_CBOR);
  }

  /**
   * This CID, if it may name a stored block.
   *
   * @throws FormatException with {@link ErrorCode#CID_UNSUPPORTED} if not
   */
  public Cid requireStorable() {
    if (!storable()) {
      throw new FormatException(
          ErrorCode.CID_UNSUPPORTED,
          "use CID `"
              + Quoted.of(toString())
              + "`: expected raw, dag-pb or dag-cbor with sha2-256 of 32 bytes");
    }
    return this;
  }

  /** True if {@code block} hashes to this CID, which must be {@link #storable}. */
  public boolean matches(byte[] block) {
    return storable() && Arrays.equals(sha256(block), 0, DIGEST_BYTES, bytes, 4, STORED_BYTES);
  }

  /** The multicodec of the block: what its bytes are. */
  public long codec() {
    return codec;
  }

  /** The binary form, a copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** SHA-256 of {@code data}, 32 bytes. */
  public static byte[] sha256(byte[] data) {
    return digest().digest(data);
  }

  /** A fresh SHA-256 to feed piece by piece. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static FormatException syntax(int offset, String what) {
    return FormatException.at(offset, ErrorCode.CID_SYNTAX, "read CID: " + what);
  }

  @Override
  public int compareTo(Cid other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cid cid && hash == cid.hash && Arrays.equals(bytes, cid.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Multibase base32 text, the one spelling that DMG writes; {@code Qm…} for version 0. */
  @Override
  public String toString() {
    return isVersion0(bytes)
        ? Multibase.BASE58BTC.encode(bytes)
        : Multibase.BASE32.prefix() + Multibase.BASE32.encode(bytes);
  }
}
