package org.dxos.dmg.node.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;

/**
 * A body that has to come at some speed: one byte now and then keeps a connection from being idle,
 * and a request open for ever.
 */
final class PacedInput extends FilterInputStream {

  /** Before anybody is called slow. */
  static final long GRACE_MILLIS = 30_000;

  static final long MIN_BYTES_PER_SECOND = 1024;

  private final long started = System.nanoTime();
  private long bytes;

  PacedInput(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    int one = in.read();
    count(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int read = in.read(into, offset, length);
    count(read);
    return read;
  }

  private void count(int read) throws IOException {
    bytes += Math.max(0, read);
    long millis = (System.nanoTime() - started) / 1_000_000;
    if (millis > GRACE_MILLIS && bytes < MIN_BYTES_PER_SECOND * (millis / 1000)) {
      throw new IOException(
          "body of " + bytes + " bytes in " + millis + " ms", new TimeoutException("too slow"));
    }
  }
}
