package org.dxos.dmg.cid;

import java.io.ByteArrayOutputStream;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Unsigned LEB128 integers as the multiformats use them: seven bits a byte, least significant
 * first, minimal, below 2^63.
 *
 * @see <a href="https://github.com/multiformats/unsigned-varint">unsigned varint</a>
 */
public final class Varint {

  /** Nine bytes carry 63 bits, which is the practical maximum that the specification sets. */
  public static final int MAX_BYTES = 9;

  private Varint() {}

  /** The value of a varint and the offset of the byte after it. */
  public record Decoded(long value, int end) {}

  /**
   * Reads the varint at {@code offset}.
   *
   * @throws FormatException with {@link ErrorCode#VARINT} if it is cut off, longer than {@link
   *     #MAX_BYTES} or not minimal
   */
  public static Decoded read(byte[] bytes, int offset) {
    long value = 0;
    for (int i = 0; i < MAX_BYTES; i++) {
      if (offset + i >= bytes.length) {
        throw error(
            offset, "ends after " + i + " bytes, expected one without the continuation bit");
      }
      int b = bytes[offset + i] & 0xff;
      value |= (long) (b & 0x7f) << (7 * i);
      if (b < 0x80) {
        if (b == 0 && i > 0) {
          throw error(offset, "is not minimal: its last byte is 0");
        }
        return new Decoded(value, offset + i + 1);
      }
    }
    throw error(offset, "is longer than " + MAX_BYTES + " bytes");
  }

  /** Appends {@code value}, which must not be negative. */
  public static void write(long value, ByteArrayOutputStream out) {
    if (value < 0) {
      throw new IllegalArgumentException("varint of a negative value " + value);
    }
    long rest = value;
    while (rest >= 0x80) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** The bytes of {@code value}, which must not be negative. */
  public static byte[] of(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(MAX_BYTES);
    write(value, out);
    return out.toByteArray();
  }

  private static FormatException error(int offset, String what) {
    return FormatException.at(
        offset, ErrorCode.VARINT, "read varint at offset " + offset + ": it " + what);
  }
}
