package org.dxos.dmg.trust;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.jspecify.annotations.Nullable;

/**
 * A raw Ed25519 public key, 32 bytes, ordered by its bytes. Points of small order are refused here,
 * which is the one door through which keys come in: such a key verifies signatures that nobody
 * made.
 */
public final class PublicKey implements Comparable<PublicKey> {

  public static final int BYTES = 32;

  /**
   * The y coordinates of the points of order 1, 2, 4 and 8, and the two of them that are below
   * 2^255 in a second spelling (p and p + 1), as little-endian hex. The sign bit is not part of y.
   */
  private static final List<byte[]> SMALL_ORDER =
      List.of(
          hex("0000000000000000000000000000000000000000000000000000000000000000"),
          hex("0100000000000000000000000000000000000000000000000000000000000000"),
          hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
          hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
          hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
          hex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
          hex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"));

  /**
   * Keys that were found good lately, each in the one place that its bytes choose: finding it out
   * costs a square root in the field, and the same few keys come with everything that is read.
   */
  private static final AtomicReferenceArray<PublicKey> KNOWN = new AtomicReferenceArray<>(1024);

  /**
   * Signatures that were found good lately, each in the one place that its bytes choose: entries of
   * a key log and newest heads are verified anew with everything that is judged by them. What is
   * here was verified to the last bit, and is compared so; what was refused is not kept. What is
   * signed here is a type and a CID: a longer message is not kept, so that all of it stays below 2
   * MiB.
   */
  private static final AtomicReferenceArray<Good> GOOD = new AtomicReferenceArray<>(4096);

  private static final int MAX_KEPT = 256;

  @SuppressWarnings("ArrayRecordComponent") // compared by its content, and by nobody else
  private record Good(PublicKey key, byte[] message, byte[] signature) {
    private boolean is(PublicKey key, byte[] message, byte[] signature) {
      return this.key.equals(key)
          && Arrays.equals(this.signature, signature)
          && Arrays.equals(this.message, message);
    }

    private boolean verify() {
      try {
        return Ed25519.verify(signature, 0, key.point, message, 0, message.length);
      } catch (RuntimeException e) {
        return false;
      }
    }
  }

  private final byte[] bytes;
  private final Ed25519.PublicPoint point;

  private PublicKey(byte[] bytes, Ed25519.PublicPoint point) {
    this.bytes = bytes;
    this.point = point;
  }

  /**
   * The key with these 32 bytes.
   *
   * @throws FormatException with {@link ErrorCode#KEY_WEAK} for a point of small order, {@link
   *     ErrorCode#BODY_INVALID} for another length or bytes that are no point
   */
  public static PublicKey of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new FormatException(
          ErrorCode.BODY_INVALID, "read key: " + bytes.length + " bytes, expected " + BYTES);
    }
    int place = Math.floorMod(Arrays.hashCode(bytes), KNOWN.length());
    PublicKey known = KNOWN.get(place);
    if (known != null && Arrays.equals(known.bytes, bytes)) {
      return known;
    }
    byte[] y = bytes.clone();
    y[BYTES - 1] &= 0x7f;
    for (byte[] weak : SMALL_ORDER) {
      if (Arrays.equals(weak, y)) {
        throw new FormatException(
            ErrorCode.KEY_WEAK,
            "read key `" + HexFormat.of().formatHex(bytes) + "`: it is a point of small order");
      }
    }
    Ed25519.@Nullable PublicPoint point = Ed25519.validatePublicKeyPartialExport(bytes, 0);
    if (point == null) {
      throw new FormatException(
          ErrorCode.BODY_INVALID,
          "read key `" + HexFormat.of().formatHex(bytes) + "`: it is no point of the curve");
    }
    PublicKey key = new PublicKey(bytes.clone(), point);
    KNOWN.set(place, key);
    return key;
  }

  /**
   * True if {@code signature} (64 bytes, R and S) is one that this key made over {@code message}: R
   * spelled in the one canonical way, S below the order of the group, and RFC 8032's equation with
   * the cofactor, [8][S]B = [8]R + [8][k]A. Whatever goes wrong while verifying means false.
   */
  public boolean verifies(byte[] message, byte[] signature) {
    if (signature.length != Ed25519.SIGNATURE_SIZE) {
      return false;
    }
    int place = Math.floorMod(Arrays.hashCode(signature), GOOD.length());
    Good known = GOOD.get(place);
    if (known != null && known.is(this, message, signature)) {
      return true;
    }
    // Kept are copies, made before: who changes the arrays meanwhile changes nothing here.
    Good good = new Good(this, message.clone(), signature.clone());
    boolean verified = good.verify();
    if (verified && message.length <= MAX_KEPT) {
      GOOD.set(place, good);
    }
    return verified;
  }

  /** The raw bytes, a copy. */
  public byte[] bytes() {
    return bytes.clone();
  }

  Node node() {
    return Node.of(bytes.clone());
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public int compareTo(PublicKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Lower-case hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
