package org.dxos.dmg.libp2p.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/**
 * The fields of one protobuf message. Unknown fields stay unread; of a field that should stand once
 * the last one counts, as protobuf says.
 */
public final class ProtoReader {

  /** One field as it stood. */
  public sealed interface Field {
    int number();

    /** Wire type 0; also negative int32 and int64, whose ten bytes are taken. */
    record Number(int number, long value) implements Field {}

    /** Wire type 2. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Bytes(int number, byte[] value) implements Field {}

    /** Wire types 1 and 5, which no libp2p message uses: skipped. */
    record Fixed(int number) implements Field {}
  }

  private static final int MAX_FIELDS = 65_536;

  private final List<Field> fields;

  private ProtoReader(List<Field> fields) {
    this.fields = fields;
  }

  /** Reads {@code message} whole. @throws Libp2pException MALFORMED */
  public static ProtoReader read(byte[] message) throws Libp2pException {
    ByteArrayInputStream in = new ByteArrayInputStream(message);
    List<Field> fields = new ArrayList<>();
    try {
      while (in.available() > 0) {
        if (fields.size() == MAX_FIELDS) {
          throw malformed("more than " + MAX_FIELDS + " fields");
        }
        fields.add(field(in));
      }
    } catch (Libp2pException e) {
      throw e;
    } catch (IOException e) {
      throw new Libp2pException(Reason.MALFORMED, "protobuf: truncated", e);
    }
    return new ProtoReader(fields);
  }

  private static Field field(ByteArrayInputStream in) throws IOException {
    long tag = Uvarint.read(in);
    long number = tag >>> 3;
    if (number < 1 || number > (1 << 29) - 1) {
      throw malformed("field number " + number);
    }
    int wireType = (int) (tag & 7);
    return switch (wireType) {
      case 0 -> new Field.Number((int) number, signed(in));
      case 1 -> skip((int) number, in, 8);
      case 2 -> {
        long length = Uvarint.read(in);
        if (length > in.available()) {
          throw malformed("a field of " + length + " bytes where " + in.available() + " are left");
        }
        yield new Field.Bytes((int) number, in.readNBytes((int) length));
      }
      case 5 -> skip((int) number, in, 4);
      default -> throw malformed("wire type " + wireType);
    };
  }

  private static Field skip(int number, ByteArrayInputStream in, int bytes) throws IOException {
    if (in.skip(bytes) != bytes) {
      throw malformed("truncated");
    }
    return new Field.Fixed(number);
  }

  // Protobuf's own varints may have ten bytes (a negative int32) and need not be minimal.
  private static long signed(ByteArrayInputStream in) throws IOException {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = in.read();
      if (b < 0) {
        throw malformed("truncated");
      }
      value |= shift < 64 ? (long) (b & 0x7f) << shift : 0;
      if (b < 0x80) {
        return value;
      }
    }
    throw malformed("a varint of more than ten bytes");
  }

  /** The last field of that number with wire type 2. */
  public Optional<byte[]> bytes(int number) {
    List<byte[]> all = all(number);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /** Every field of that number with wire type 2, in order. */
  public List<byte[]> all(int number) {
    List<byte[]> found = new ArrayList<>();
    for (Field field : fields) {
      if (field instanceof Field.Bytes(int n, byte[] value) && n == number) {
        found.add(value);
      }
    }
    return found;
  }

  /** The last field of that number with wire type 0. */
  public OptionalLong number(int number) {
    OptionalLong found = OptionalLong.empty();
    for (Field field : fields) {
      if (field instanceof Field.Number(int n, long value) && n == number) {
        found = OptionalLong.of(value);
      }
    }
    return found;
  }

  /** As {@link #bytes}, read as UTF-8. @throws Libp2pException MALFORMED */
  public Optional<String> string(int number) throws Libp2pException {
    Optional<byte[]> value = bytes(number);
    return value.isEmpty() ? Optional.empty() : Optional.of(text(value.get()));
  }

  /** As {@link #all}, read as UTF-8. @throws Libp2pException MALFORMED */
  public List<String> strings(int number) throws Libp2pException {
    List<String> found = new ArrayList<>();
    for (byte[] value : all(number)) {
      found.add(text(value));
    }
    return found;
  }

  private static String text(byte[] value) throws Libp2pException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
    } catch (CharacterCodingException e) {
      throw new Libp2pException(Reason.MALFORMED, "protobuf: a string that is not UTF-8", e);
    }
  }

  private static Libp2pException malformed(String what) {
    return new Libp2pException(Reason.MALFORMED, "protobuf: " + what);
  }
}
