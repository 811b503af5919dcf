package org.dxos.dmg.libp2p.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes protobuf fields in the order of the calls. */
public final class ProtoWriter {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public ProtoWriter varint(int field, long value) {
    Uvarint.write((long) field << 3, out);
    Uvarint.write(value, out);
    return this;
  }

  public ProtoWriter bytes(int field, byte[] value) {
    Uvarint.write((long) field << 3 | 2, out);
    Uvarint.write(value.length, out);
    out.writeBytes(value);
    return this;
  }

  public ProtoWriter string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  public ProtoWriter message(int field, ProtoWriter value) {
    return bytes(field, value.toBytes());
  }

  public byte[] toBytes() {
    return out.toByteArray();
  }
}
