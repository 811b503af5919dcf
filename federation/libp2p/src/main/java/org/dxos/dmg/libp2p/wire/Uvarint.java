package org.dxos.dmg.libp2p.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/** Unsigned varints: minimal, at most nine bytes (63 bits). */
public final class Uvarint {

  private static final int MAX_BYTES = 9;

  private Uvarint() {}

  /** How many bytes {@code value} takes. */
  public static int size(long value) {
    check(value);
    return Math.max(1, (63 - Long.numberOfLeadingZeros(value)) / 7 + 1);
  }

  /** Writes {@code value}, which must not be negative, in at most nine bytes. */
  public static void write(long value, ByteArrayOutputStream out) {
    check(value);
    long rest = value;
    while (rest > 0x7f) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** As {@link #write}, into bytes of their own. */
  public static byte[] encode(long value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(MAX_BYTES);
    write(value, out);
    return out.toByteArray();
  }

  /**
   * Reads one varint and not a byte more.
   *
   * @throws EOFException if the stream ends before or within it
   * @throws Libp2pException MALFORMED if it is not minimal or too long
   */
  public static long read(InputStream in) throws IOException {
    long value = 0;
    for (int i = 0; i < MAX_BYTES; i++) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("uvarint: the stream ended after " + i + " bytes");
      }
      value |= (long) (b & 0x7f) << (7 * i);
      if (b < 0x80) {
        if (b == 0 && i > 0) {
          throw new Libp2pException(Reason.MALFORMED, "uvarint: not minimal");
        }
        return value;
      }
    }
    throw new Libp2pException(Reason.MALFORMED, "uvarint: more than " + MAX_BYTES + " bytes");
  }

  /** Reads a length and that many bytes; a length above {@code limit} allocates nothing. */
  public static byte[] readDelimited(InputStream in, int limit) throws IOException {
    long length = read(in);
    if (length > limit) {
      throw new Libp2pException(
          Reason.MALFORMED, "message: " + length + " bytes, at most " + limit + " are allowed");
    }
    byte[] message = in.readNBytes((int) length);
    if (message.length != length) {
      throw new EOFException("message: ended after " + message.length + " of " + length + " bytes");
    }
    return message;
  }

  /** {@code message} with its length before it. */
  public static byte[] delimited(byte[] message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(message.length + MAX_BYTES);
    write(message.length, out);
    out.writeBytes(message);
    return out.toByteArray();
  }

  private static void check(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("uvarint: negative: " + value);
    }
  }
}
