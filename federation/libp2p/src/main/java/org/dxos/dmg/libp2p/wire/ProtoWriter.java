package org.dxos.dmg.libp2p.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes protobuf fields in the order of the calls. */
public final class ProtoWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A negative number takes ten bytes, as protobuf has it for int32 and int64. */
  public ProtoWriter varint(int field, long value) {
    Uvarint.write((long) field << 3, out);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  /** A field of wire type 2. */
  public ProtoWriter bytes(int field, byte[] value) {
    Uvarint.write((long) field << 3 | 2, out);
    Uvarint.write(value.length, out);
    out.writeBytes(value);
    return this;
  }

  /** A field of wire type 2, in UTF-8. */
  public ProtoWriter string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A message within this one. */
  public ProtoWriter message(int field, ProtoWriter value) {
    return bytes(field, value.toBytes());
  }

  /** What was written so far. */
  public byte[] toBytes() {
    return out.toByteArray();
  }
}
