package org.dxos.dmg.libp2p.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** A stream that is written some bytes at a time; a single one is some of length 1. */
public abstract class BulkOutput extends OutputStream {

  /**
   * Writes all of them.
   *
   * @param length at least 1, and within {@code bytes}
   */
  protected abstract void some(byte[] bytes, int from, int length) throws IOException;

  @Override
  public final void write(int b) throws IOException {
    some(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public final void write(byte[] bytes, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, bytes.length);
    if (length > 0) {
      some(bytes, from, length);
    }
  }
}
