package org.dxos.dmg.sync.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;

/**
 * Reads a sequence of dag-cbor items (RFC 8742). Nothing is allocated from a length that was only
 * said: what comes is kept as it comes.
 */
public final class ItemReader {

  /** Of a map. */
  public static final int MAX_MAP_BYTES = 256 << 10;

  private static final int BYTES = 2;
  private static final int MAP = 5;

  private final InputStream in;
  private byte[] item = new byte[256];
  private int size;

  public ItemReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next item; empty at the end of the sequence.
   *
   * @throws SyncException if it is neither a byte string nor a map, or over its limits
   * @throws EOFException if the sequence ends within an item
   */
  public Optional<Item> next() throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    size = 0;
    keep(first);
    return switch (first >> 5) {
      case BYTES -> Optional.of(new Item.Block(bytes(argument(first), BlockStore.MAX_BLOCK_BYTES)));
      case MAP -> Optional.of(new Item.Said(map(first)));
      default -> throw refused("an item of CBOR's major type " + (first >> 5));
    };
  }

  private Node.Map map(int first) throws IOException {
    // The items that are still to come, a key and a value each; strictness is asked for later.
    long left = 2 * limited(argument(first), MAX_MAP_BYTES);
    while (left > 0) {
      int head = in.read();
      if (head < 0) {
        throw new EOFException("the answer ends within a map");
      }
      keep(head);
      left--;
      int major = head >> 5;
      long argument = major == 7 ? simple(head) : argument(head);
      switch (major) {
        case 2, 3 -> skip(limited(argument, MAX_MAP_BYTES));
        case 4 -> left += limited(argument, MAX_MAP_BYTES);
        case 5 -> left += 2 * limited(argument, MAX_MAP_BYTES);
        case 6 -> left++;
        default -> {}
      }
    }
    return (Node.Map) DagCbor.decode(Arrays.copyOf(item, size));
  }

  private long simple(int head) throws IOException {
    skip(
        switch (head & 0x1f) {
          case 25 -> 2;
          case 26 -> 4;
          case 27 -> 8;
          default -> 0;
        });
    return 0;
  }

  private long argument(int head) throws IOException {
    int info = head & 0x1f;
    if (info < 24) {
      return info;
    }
    if (info > 27) {
      throw refused("a length that is not given");
    }
    long argument = 0;
    for (int i = 1 << (info - 24); i > 0; i--) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the answer ends within an item");
      }
      keep(next);
      argument = (argument << 8) | next;
    }
    return argument;
  }

  private static long limited(long argument, int most) {
    if (argument < 0 || argument > most) {
      throw refused("an item of " + Long.toUnsignedString(argument) + ", at most " + most);
    }
    return argument;
  }

  private byte[] bytes(long length, int most) throws IOException {
    byte[] bytes = in.readNBytes((int) limited(length, most));
    if (bytes.length < length) {
      throw new EOFException("the answer ends within a block");
    }
    return bytes;
  }

  private void skip(long count) throws IOException {
    byte[] bytes = bytes(count, MAX_MAP_BYTES);
    require(bytes.length);
    System.arraycopy(bytes, 0, item, size, bytes.length);
    size += bytes.length;
  }

  private void keep(int one) {
    require(1);
    item[size++] = (byte) one;
  }

  private void require(int more) {
    if (size + more > MAX_MAP_BYTES) {
      throw refused("a map of more than " + MAX_MAP_BYTES + " bytes");
    }
    if (size + more > item.length) {
      item = Arrays.copyOf(item, Math.max(size + more, 2 * item.length));
    }
  }

  private static SyncException refused(String what) {
    return new SyncException(ErrorCode.SYNC_PROTOCOL, "read answer: " + what, "");
  }
}
