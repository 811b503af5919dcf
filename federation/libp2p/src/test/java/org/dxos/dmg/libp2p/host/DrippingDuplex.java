package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.LockSupport;
import org.dxos.dmg.libp2p.wire.Duplex;

/** Writes as it is told up to some byte of some write, and from there a byte every 300 ms. */
final class DrippingDuplex implements Duplex {

  private static final long PAUSE = 300_000_000;

  private final Duplex plain;
  private final int write;
  private final int from;
  private int writes;

  DrippingDuplex(Duplex plain, int write, int from) {
    this.plain = plain;
    this.write = write;
    this.from = from;
  }

  @Override
  public InputStream in() {
    return plain.in();
  }

  @Override
  public OutputStream out() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int at, int length) throws IOException {
        int quick = writes < write ? length : writes == write ? Math.min(from, length) : 0;
        writes++;
        plain.out().write(bytes, at, quick);
        for (int i = quick; i < length; i++) {
          LockSupport.parkNanos(PAUSE);
          plain.out().write(bytes[at + i]);
        }
      }

      @Override
      public void flush() throws IOException {
        plain.out().flush();
      }
    };
  }

  @Override
  public void close() {
    plain.close();
  }
}
