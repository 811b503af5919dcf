package org.dxos.dmg.libp2p.yamux;

import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/** The head of a yamux frame, of twelve bytes; a {@link Data} frame's payload follows it. */
public sealed interface Frame {

  int HEAD = 12;
  int SYN = 1;
  int ACK = 2;
  int FIN = 4;
  int RST = 8;

  /** Type 0: {@code length} bytes of payload follow. */
  record Data(int flags, int stream, int length) implements Frame {}

  /** Type 1: more credit. {@code delta} is an unsigned 32-bit number. */
  record WindowUpdate(int flags, int stream, long delta) implements Frame {}

  /** Type 2: SYN asks, ACK answers; {@code value} is opaque. */
  record Ping(boolean answer, int value) implements Frame {}

  /** Type 3: no new streams; code 0 in good order, 1 protocol error, 2 internal error. */
  record GoAway(int code) implements Frame {}

  /** Reads a head. @throws Libp2pException PROTOCOL_VIOLATION */
  static Frame decode(byte[] head) throws Libp2pException {
    if (head.length != HEAD) {
      throw new IllegalArgumentException("yamux: a head has twelve bytes, not " + head.length);
    }
    int flags = (head[2] & 0xff) << 8 | head[3] & 0xff;
    int stream = integer(head, 4);
    int length = integer(head, 8);
    if (head[0] != 0) {
      throw violation("version " + head[0]);
    }
    if ((flags & ~(SYN | ACK | FIN | RST)) != 0) {
      throw violation("flags 0x" + Integer.toHexString(flags));
    }
    return switch (head[1]) {
      case 0 -> new Data(flags, real(stream), checked(length));
      case 1 -> new WindowUpdate(flags, real(stream), Integer.toUnsignedLong(length));
      case 2 -> {
        if (stream != 0 || (flags != SYN && flags != ACK)) {
          throw violation(
              "a ping on stream " + Integer.toUnsignedString(stream) + ", flags " + flags);
        }
        yield new Ping(flags == ACK, length);
      }
      case 3 -> {
        if (stream != 0) {
          throw violation("a go-away on stream " + Integer.toUnsignedString(stream));
        }
        yield new GoAway(length);
      }
      default -> throw violation("type " + head[1]);
    };
  }

  /** Writes the head into {@code out} at {@code at}. */
  static void encode(Frame frame, byte[] out, int at) {
    switch (frame) {
      case Data(int flags, int stream, int length) -> put(out, at, 0, flags, stream, length);
      case WindowUpdate(int flags, int stream, long delta) ->
          put(out, at, 1, flags, stream, (int) delta);
      case Ping(boolean answer, int value) -> put(out, at, 2, answer ? ACK : SYN, 0, value);
      case GoAway(int code) -> put(out, at, 3, 0, 0, code);
    }
  }

  private static void put(byte[] out, int at, int type, int flags, int stream, int length) {
    out[at] = 0;
    out[at + 1] = (byte) type;
    out[at + 2] = (byte) (flags >> 8);
    out[at + 3] = (byte) flags;
    for (int i = 0; i < 4; i++) {
      out[at + 4 + i] = (byte) (stream >>> (24 - 8 * i));
      out[at + 8 + i] = (byte) (length >>> (24 - 8 * i));
    }
  }

  private static int integer(byte[] head, int at) {
    return (head[at] & 0xff) << 24
        | (head[at + 1] & 0xff) << 16
        | (head[at + 2] & 0xff) << 8
        | head[at + 3] & 0xff;
  }

  private static int real(int stream) throws Libp2pException {
    if (stream == 0) {
      throw violation("stream 0 for data");
    }
    return stream;
  }

  private static int checked(int length) throws Libp2pException {
    if (length < 0) {
      throw new Libp2pException(
          Reason.WINDOW_VIOLATION,
          "yamux: a frame of " + Integer.toUnsignedString(length) + " bytes, beyond any window");
    }
    return length;
  }

  private static Libp2pException violation(String what) {
    return new Libp2pException(Reason.PROTOCOL_VIOLATION, "yamux: the other end sent " + what);
  }
}
