package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.io.OutputStream;
import org.dxos.dmg.libp2p.wire.BulkOutput;

/** Counts what goes through. */
final class Counted extends BulkOutput {

  private final OutputStream below;
  private long bytes;

  Counted(OutputStream below) {
    this.below = below;
  }

  long bytes() {
    return bytes;
  }

  @Override
  protected void some(byte[] from, int at, int length) throws IOException {
    below.write(from, at, length);
    bytes += length;
  }

  @Override
  public void flush() throws IOException {
    below.flush();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
