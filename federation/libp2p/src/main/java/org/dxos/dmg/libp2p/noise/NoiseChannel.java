package org.dxos.dmg.libp2p.noise;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.dxos.dmg.libp2p.wire.BulkInput;
import org.dxos.dmg.libp2p.wire.BulkOutput;
import org.dxos.dmg.libp2p.wire.Duplex;

/**
 * Bytes in messages of at most 65,535. A write becomes one message where it fits, in one buffer and
 * one write below. One reader and one writer at a time.
 */
final class NoiseChannel implements Duplex {

  static final int MAX_MESSAGE = 65_535;
  static final int MAX_PAYLOAD = MAX_MESSAGE - CipherState.TAG;
  private static final byte[] NO_DATA = new byte[0];

  private final Duplex plain;
  private final In in;
  private final Out out;

  NoiseChannel(Duplex plain, CipherState sending, CipherState receiving) {
    this.plain = plain;
    this.in = new In(plain.in(), receiving);
    this.out = new Out(plain.out(), sending);
  }

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public OutputStream out() {
    return out;
  }

  @Override
  public void close() {
    plain.close();
  }

  private static final class In extends BulkInput {
    private final InputStream below;
    private final CipherState cipher;
    // Grown to what the peer sends: an idle connection holds little.
    private byte[] sealed = new byte[512];
    private byte[] open = new byte[512];
    private int at;
    private int end;

    In(InputStream below, CipherState cipher) {
      this.below = below;
      this.cipher = cipher;
    }

    @Override
    protected int some(byte[] bytes, int from, int length) throws IOException {
      while (at == end) {
        if (!fill()) {
          return -1;
        }
      }
      int count = Math.min(length, end - at);
      System.arraycopy(open, at, bytes, from, count);
      at += count;
      return count;
    }

    @Override
    public int available() {
      return end - at;
    }

    private boolean fill() throws IOException {
      int high = below.read();
      if (high < 0) {
        return false;
      }
      int low = below.read();
      int length = high << 8 | low;
      if (low < 0) {
        throw new EOFException("noise: ended within a length");
      }
      if (sealed.length < length) {
        int room = length > 8_192 ? MAX_MESSAGE : 8_192;
        sealed = new byte[room];
        open = new byte[room];
      }
      if (below.readNBytes(sealed, 0, length) < length) {
        throw new EOFException("noise: ended within a message");
      }
      end = cipher.decrypt(NO_DATA, sealed, 0, length, open, 0);
      at = 0;
      return true;
    }
  }

  private static final class Out extends BulkOutput {
    private final OutputStream below;
    private final CipherState cipher;
    private byte[] buffer = new byte[512];

    Out(OutputStream below, CipherState cipher) {
      this.below = below;
      this.cipher = cipher;
    }

    @Override
    protected void some(byte[] bytes, int from, int length) throws IOException {
      for (int at = from; at < from + length; at += MAX_PAYLOAD) {
        message(bytes, at, Math.min(MAX_PAYLOAD, from + length - at));
      }
    }

    private void message(byte[] bytes, int from, int length) throws IOException {
      int need = length + CipherState.TAG + 2;
      if (buffer.length < need) {
        buffer = new byte[need > 8_192 ? MAX_MESSAGE + 2 : 8_192];
      }
      int sealed = cipher.encrypt(NO_DATA, bytes, from, length, buffer, 2);
      buffer[0] = (byte) (sealed >> 8);
      buffer[1] = (byte) sealed;
      below.write(buffer, 0, sealed + 2);
    }

    @Override
    public void flush() throws IOException {
      below.flush();
    }
  }
}
