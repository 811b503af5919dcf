package org.dxos.dmg.node.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * A body that has to come at some speed: one byte now and then keeps a connection from being idle,
 * and a request open for ever. Only the time counts in which bytes are waited for, not that in
 * which they are worked on.
 */
final class PacedInput extends FilterInputStream {

  /** Before anybody is called slow. */
  static final long GRACE_MILLIS = 10_000;

  /** A quarter of what the slowest lines send that are sold. */
  static final long MIN_BYTES_PER_SECOND = 8 * 1024;

  private static final long NANOS = 1_000_000;
  private static final long MILLIS = 1_000;

  private final LongSupplier nanoTime;
  private long waited;
  private long bytes;

  PacedInput(InputStream in) {
    this(in, System::nanoTime);
  }

  PacedInput(InputStream in, LongSupplier nanoTime) {
    super(in);
    this.nanoTime = nanoTime;
  }

  @Override
  public int read() throws IOException {
    long from = nanoTime.getAsLong();
    int one = in.read();
    count(from, one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    long from = nanoTime.getAsLong();
    int read = in.read(into, offset, length);
    count(from, read);
    return read;
  }

  private void count(long from, int read) throws IOException {
    bytes += Math.max(0, read);
    waited += nanoTime.getAsLong() - from;
    long millis = waited / NANOS;
    if (millis > GRACE_MILLIS && bytes < MIN_BYTES_PER_SECOND * (millis / MILLIS)) {
      throw new IOException(
          "body of " + bytes + " bytes in " + millis + " ms", new TimeoutException("too slow"));
    }
  }
}
