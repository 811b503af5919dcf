package org.dxos.dmg.unixfs;

import java.util.Arrays;
import org.dxos.dmg.cid.Varint;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * The protobuf that dag-pb and UnixFS use, read strictly: fields in a fixed order, varints minimal,
 * nothing unknown. A length is compared with what is left before anything is allocated.
 */
final class PbReader {

  static final int VARINT = 0;
  static final int BYTES = 2;

  private final String what;
  private final byte[] bytes;
  private final int end;
  private int at;

  PbReader(String what, byte[] bytes) {
    this(what, bytes, 0, bytes.length);
  }

  private PbReader(String what, byte[] bytes, int at, int end) {
    this.what = what;
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  boolean done() {
    return at == end;
  }

  int offset() {
    return at;
  }

  /**
   * True, and the tag is consumed, if the next field is {@code field} of wire type {@code wire}.
   */
  boolean take(int field, int wire) {
    if (at < end && bytes[at] == (byte) (field << 3 | wire)) {
      at++;
      return true;
    }
    return false;
  }

  long varint() {
    Varint.Decoded decoded;
    try {
      decoded = Varint.read(bytes, at);
    } catch (FormatException e) {
      throw error(e.message());
    }
    if (decoded.end() > end) {
      throw error("a varint runs past the end of its message");
    }
    at = decoded.end();
    return decoded.value();
  }

  byte[] bytes() {
    int length = length();
    byte[] value = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return value;
  }

  /** A reader of the message that stands here, which is consumed. */
  PbReader message() {
    int length = length();
    PbReader inner = new PbReader(what, bytes, at, at + length);
    at += length;
    return inner;
  }

  private int length() {
    long length = varint();
    if (length > end - at) {
      throw error("a length of " + length + " bytes with " + (end - at) + " left");
    }
    return (int) length;
  }

  /** Refuses what is left: a field that is unknown, out of order or there twice. */
  void requireDone() {
    if (!done()) {
      throw error(
          "field tag 0x%02x is unknown here, out of order or there twice"
              .formatted(bytes[at] & 0xff));
    }
  }

  FormatException error(String found) {
    return FormatException.at(
        at, ErrorCode.DAG_PB, "decode " + what + " at offset " + at + ": " + found);
  }
}
