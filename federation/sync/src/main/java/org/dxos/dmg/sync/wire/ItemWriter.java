package org.dxos.dmg.sync.wire;

import java.io.IOException;
import java.io.OutputStream;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;

/** Writes a sequence of dag-cbor items (RFC 8742). */
public final class ItemWriter {

  private static final int BYTES = 2 << 5;

  private final OutputStream out;

  public ItemWriter(OutputStream out) {
    this.out = out;
  }

  /** A block, as a byte string. */
  public void block(byte[] block) throws IOException {
    int length = block.length;
    if (length < 24) {
      out.write(BYTES | length);
    } else if (length < 1 << 8) {
      out.write(BYTES | 24);
      out.write(length);
    } else if (length < 1 << 16) {
      out.write(BYTES | 25);
      out.write(length >> 8);
      out.write(length);
    } else {
      out.write(BYTES | 26);
      out.write(length >> 24);
      out.write(length >> 16);
      out.write(length >> 8);
      out.write(length);
    }
    out.write(block);
  }

  /** Something that is said. */
  public void say(Node.Map map) throws IOException {
    out.write(DagCbor.encode(map));
  }
}
