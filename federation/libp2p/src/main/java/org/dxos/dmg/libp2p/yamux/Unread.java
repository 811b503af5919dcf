package org.dxos.dmg.libp2p.yamux;

import java.util.ArrayDeque;

/**
 * Bytes that arrived and were not read. Small pieces are put together: kept as they came, a frame
 * of one byte would cost thirty. Not for several threads.
 */
final class Unread {

  private static final int FIRST = 64;
  private static final int CHUNK = 2_048;

  private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
  private int size;
  // Where reading stands in the first chunk, and how far the last one is filled.
  private int from;
  private int filled;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Takes {@code bytes} over; they must not change afterwards. */
  void add(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[] last = chunks.peekLast();
    if (last != null && last.length - filled >= bytes.length) {
      System.arraycopy(bytes, 0, last, filled, bytes.length);
      filled += bytes.length;
    } else if (bytes.length >= CHUNK / 2) {
      seal();
      chunks.add(bytes);
      filled = bytes.length;
    } else {
      byte[] room = new byte[Math.max(bytes.length, last == null ? FIRST : CHUNK)];
      seal();
      System.arraycopy(bytes, 0, room, 0, bytes.length);
      chunks.add(room);
      filled = bytes.length;
    }
    size += bytes.length;
  }

  // Only the last chunk has room, so one that is followed must be full.
  private void seal() {
    byte[] last = chunks.peekLast();
    if (last != null && filled < last.length) {
      chunks.removeLast();
      chunks.add(java.util.Arrays.copyOf(last, filled));
    }
  }

  int take(byte[] out, int at, int length) {
    int done = 0;
    while (done < length && size > 0) {
      byte[] chunk = chunks.element();
      int end = chunks.size() == 1 ? filled : chunk.length;
      int count = Math.min(length - done, end - from);
      System.arraycopy(chunk, from, out, at + done, count);
      done += count;
      from += count;
      size -= count;
      if (from == end) {
        chunks.remove();
        from = 0;
        filled = chunks.size() == 0 ? 0 : filled;
      }
    }
    return done;
  }

  void clear() {
    chunks.clear();
    size = 0;
    from = 0;
    filled = 0;
  }
}
