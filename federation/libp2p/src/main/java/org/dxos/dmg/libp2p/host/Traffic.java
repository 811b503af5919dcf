package org.dxos.dmg.libp2p.host;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bytes that crossed the sockets of a host, of all its connections so far: what TCP carried, after
 * encryption, with everything that keeps a connection going. Safe for many threads.
 */
public final class Traffic {

  private final LongAdder in = new LongAdder();
  private final LongAdder out = new LongAdder();

  Traffic() {}

  /** Bytes that came. */
  public long in() {
    return in.sum();
  }

  /** Bytes that went. */
  public long out() {
    return out.sum();
  }

  InputStream counted(InputStream socket) {
    return new FilterInputStream(socket) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        Traffic.this.in.add(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        Traffic.this.in.add(Math.max(0, count));
        return count;
      }
    };
  }

  OutputStream counted(OutputStream socket) {
    return new FilterOutputStream(socket) {
      @Override
      public void write(int one) throws IOException {
        super.out.write(one);
        Traffic.this.out.add(1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        super.out.write(bytes, offset, length); // the filter's own writes byte by byte
        Traffic.this.out.add(length);
      }
    };
  }
}
