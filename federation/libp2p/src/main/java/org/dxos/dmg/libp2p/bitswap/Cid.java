package org.dxos.dmg.libp2p.bitswap;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.wire.Base32;
import org.dxos.dmg.libp2p.wire.Base58;
import org.dxos.dmg.libp2p.wire.Uvarint;

/**
 * A content id: version 0 (a bare sha2-256 of dag-pb) or version 1. Which codecs there are is no
 * matter here; which hashes are is: sha2-256, sha2-512 and identity are verified.
 *
 * @see <a href="https://github.com/multiformats/cid">CID</a>
 */
public final class Cid {

  /** The codec of bytes as they are: leaves of files, most often. */
  public static final int RAW = 0x55;

  /** The codec of files and folders in UnixFS. */
  public static final int DAG_PB = 0x70;

  /** The codec of data with links, as CBOR. */
  public static final int DAG_CBOR = 0x71;

  private static final int MAX_BYTES = 160;

  private final byte[] bytes;
  private final int version;
  private final long codec;
  private final long hash;
  private final byte[] digest;

  private Cid(byte[] bytes, int version, long codec, long hash, byte[] digest) {
    this.bytes = bytes;
    this.version = version;
    this.codec = codec;
    this.hash = hash;
    this.digest = digest;
  }

  /**
   * Reads the text form: version 1 in base32 ({@code b…}), base58btc ({@code z…}) or base16 ({@code
   * f…}), version 0 as {@code Qm…}.
   *
   * @throws Libp2pException MALFORMED, or NOT_SUPPORTED for another base
   */
  public static Cid parse(String text) throws Libp2pException {
    if (text.startsWith("Qm") && text.length() == 46) {
      return decode(Base58.decode(text));
    }
    if (text.length() < 2 || text.length() > 4 * MAX_BYTES) {
      throw malformed("a text of " + text.length() + " characters");
    }
    String rest = text.substring(1);
    byte[] bytes =
        switch (text.charAt(0)) {
          case 'b' -> Base32.decode(rest);
          case 'B' -> Base32.decode(rest.toLowerCase(Locale.ROOT));
          case 'z' -> Base58.decode(rest);
          case 'f', 'F' -> base16(rest);
          default ->
              throw new Libp2pException(
                  Reason.NOT_SUPPORTED,
                  "cid: `" + text + "` begins with `" + text.charAt(0) + "`, expected b, z or f");
        };
    if (bytes.length > 0 && bytes[0] == 0x12) {
      throw malformed("`" + text + "` is of version 0, which has no letter of a base");
    }
    return decode(bytes);
  }

  private static byte[] base16(String text) throws Libp2pException {
    try {
      return HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException e) {
      throw new Libp2pException(Reason.MALFORMED, "cid: `f" + text + "` is not base16", e);
    }
  }

  /**
   * Reads the binary form whole.
   *
   * @throws Libp2pException MALFORMED
   */
  public static Cid decode(byte[] bytes) throws Libp2pException {
    if (bytes.length > MAX_BYTES) {
      throw malformed(bytes.length + " bytes, at most " + MAX_BYTES);
    }
    if (bytes.length == 34 && bytes[0] == 0x12 && bytes[1] == 0x20) {
      return new Cid(bytes.clone(), 0, DAG_PB, 0x12, Arrays.copyOfRange(bytes, 2, 34));
    }
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    try {
      long version = Uvarint.read(in);
      if (version != 1) {
        throw malformed("version " + version);
      }
      long codec = Uvarint.read(in);
      long hash = Uvarint.read(in);
      byte[] digest = Uvarint.readDelimited(in, MAX_BYTES);
      if (in.available() > 0) {
        throw malformed(in.available() + " bytes too many");
      }
      return new Cid(bytes.clone(), 1, codec, hash, digest);
    } catch (EOFException e) {
      throw new Libp2pException(Reason.MALFORMED, "cid: truncated", e);
    } catch (Libp2pException e) {
      throw e;
    } catch (IOException e) {
      throw new Libp2pException(Reason.MALFORMED, "cid: unreadable", e);
    }
  }

  /**
   * The CIDv1 of {@code data} with sha2-256.
   *
   * @param codec what the bytes are, as {@link #RAW}
   */
  public static Cid of(long codec, byte[] data) {
    byte[] digest = hash("SHA-256", data);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Uvarint.write(1, out);
    Uvarint.write(codec, out);
    Uvarint.write(0x12, out);
    Uvarint.write(digest.length, out);
    out.writeBytes(digest);
    return new Cid(out.toByteArray(), 1, codec, 0x12, digest);
  }

  /** The id that a block has whose message says only its prefix (version, codec, hash, length). */
  static Cid ofPrefix(byte[] prefix, byte[] data) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(prefix);
    long version = Uvarint.read(in);
    long codec = Uvarint.read(in);
    long hash = Uvarint.read(in);
    long length = Uvarint.read(in);
    byte[] digest = digest(hash, data);
    if (length > digest.length || length < Math.min(20, digest.length)) {
      throw malformed("a digest of " + length + " bytes");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (version == 1) {
      Uvarint.write(1, out);
      Uvarint.write(codec, out);
    }
    Uvarint.write(hash, out);
    Uvarint.write(length, out);
    out.write(digest, 0, (int) length);
    return decode(out.toByteArray());
  }

  byte[] prefix() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Uvarint.write(version, out);
    Uvarint.write(codec, out);
    Uvarint.write(hash, out);
    Uvarint.write(digest.length, out);
    return out.toByteArray();
  }

  /** Whether this is the id of {@code data}; no, where the hash is not known here. */
  public boolean verifies(byte[] data) {
    try {
      byte[] found = digest(hash, data);
      return found.length >= digest.length
          && Arrays.equals(Arrays.copyOf(found, digest.length), digest);
    } catch (Libp2pException unknown) {
      return false;
    }
  }

  private static byte[] digest(long hash, byte[] data) throws Libp2pException {
    if (hash == 0x00) {
      return data;
    }
    if (hash == 0x12) {
      return hash("SHA-256", data);
    }
    if (hash == 0x13) {
      return hash("SHA-512", data);
    }
    throw new Libp2pException(
        Reason.NOT_SUPPORTED, "cid: the hash 0x" + Long.toHexString(hash) + " is not known here");
  }

  private static byte[] hash(String name, byte[] data) {
    try {
      return MessageDigest.getInstance(name).digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }

  /** The code of the content's format, such as {@link #RAW}. */
  public long codec() {
    return codec;
  }

  /** The binary form. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  /** The multihash alone, which is what version 0 is. */
  byte[] toVersion0() {
    byte[] multihash = new byte[digest.length + 2];
    multihash[0] = (byte) hash;
    multihash[1] = (byte) digest.length;
    System.arraycopy(digest, 0, multihash, 2, digest.length);
    return multihash;
  }

  private static Libp2pException malformed(String what) {
    return new Libp2pException(Reason.MALFORMED, "cid: " + what);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cid cid && Arrays.equals(cid.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Version 1 in base32 ({@code bafy…}), version 0 in base58 ({@code Qm…}). */
  @Override
  public String toString() {
    return version == 0 ? Base58.encode(bytes) : "b" + Base32.encode(bytes);
  }
}
