package org.dxos.dmg.libp2p.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A stream that is read some bytes at a time; a single one is some of length 1. */
public abstract class BulkInput extends InputStream {

  /**
   * Reads at least one byte.
   *
   * @param length at least 1, and within {@code bytes}
   * @return how many were read, or -1 at the end
   */
  protected abstract int some(byte[] bytes, int from, int length) throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return some(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final int read(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    return length == 0 ? 0 : some(bytes, from, length);
  }
}
