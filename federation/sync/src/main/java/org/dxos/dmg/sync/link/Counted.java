package org.dxos.dmg.sync.link;

import java.io.IOException;
import org.dxos.dmg.libp2p.host.Stream;
import org.dxos.dmg.libp2p.wire.BulkOutput;

/** Counts what is written to a stream, up to its last bytes. */
final class Counted extends BulkOutput {

  private final Stream stream;
  private long bytes;

  Counted(Stream stream) {
    this.stream = stream;
  }

  long bytes() {
    return bytes;
  }

  @Override
  protected void some(byte[] from, int at, int length) throws IOException {
    stream.out().write(from, at, length);
    bytes += length;
  }

  /** Writes the last bytes, and that they are. */
  void finish(byte[] last, int at, int length) throws IOException {
    stream.finish(last, at, length);
    bytes += length;
  }
}
