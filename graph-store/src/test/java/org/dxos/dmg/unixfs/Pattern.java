package org.dxos.dmg.unixfs;

import java.io.InputStream;

/** The bytes that the golden CIDs were made of, streamed. */
final class Pattern {

  private Pattern() {}

  static byte at(long i) {
    return (byte) (i * 31 + (i >> 8) * 7 + (i >> 16));
  }

  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = at(i);
    }
    return bytes;
  }

  static BundleFile file(String path, long size) {
    return new BundleFile(path, size, () -> stream(size));
  }

  private static InputStream stream(long size) {
    return new InputStream() {
      private long next;

      @Override
      public int read() {
        return next == size ? -1 : at(next++) & 0xff;
      }

      @Override
      public int read(byte[] out, int offset, int length) {
        if (next == size) {
          return length == 0 ? 0 : -1;
        }
        int count = (int) Math.min(length, size - next);
        for (int i = 0; i < count; i++) {
          out[offset + i] = at(next++);
        }
        return count;
      }
    };
  }
}
