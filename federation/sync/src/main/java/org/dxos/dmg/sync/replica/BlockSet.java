package org.dxos.dmg.sync.replica;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.dxos.dmg.cid.Cid;

/**
 * A set of blocks, 32 to 64 bytes of memory each: it keeps the first half of each digest, which
 * nobody can find twice. Of the codec it knows nothing: equal digests are equal bytes.
 */
final class BlockSet {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int DIGEST = Cid.STORED_BYTES - 32;
  private static final int FIRST = 1 << 10;

  /** Pairs; both zero is a free place, as no digest begins with 16 bytes of zero. */
  private long[] places = new long[2 * FIRST];

  private int size;

  int size() {
    return size;
  }

  /** False if it was there. The CID must be one of a stored block. */
  boolean add(Cid cid) {
    if (2 * (size + 1) > places.length / 2) {
      grow();
    }
    byte[] bytes = cid.bytes();
    boolean added = add(places, (long) LONG.get(bytes, DIGEST), (long) LONG.get(bytes, DIGEST + 8));
    size += added ? 1 : 0;
    return added;
  }

  boolean contains(Cid cid) {
    byte[] bytes = cid.bytes();
    long high = (long) LONG.get(bytes, DIGEST);
    long low = (long) LONG.get(bytes, DIGEST + 8);
    int at = place(places, high, low);
    return places[at] != 0 || places[at + 1] != 0;
  }

  private void grow() {
    long[] more = new long[2 * places.length];
    for (int i = 0; i < places.length; i += 2) {
      if (places[i] != 0 || places[i + 1] != 0) {
        add(more, places[i], places[i + 1]);
      }
    }
    places = more;
  }

  private static boolean add(long[] places, long high, long low) {
    int at = place(places, high, low);
    boolean free = places[at] == 0 && places[at + 1] == 0;
    places[at] = high;
    places[at + 1] = low;
    return free;
  }

  /** Where it is, or would be. A digest is spread well, so its first bits are its hash. */
  private static int place(long[] places, long high, long low) {
    int mask = places.length / 2 - 1;
    int at = (int) (high >>> 32) & mask;
    while (!(places[2 * at] == 0 && places[2 * at + 1] == 0)
        && !(places[2 * at] == high && places[2 * at + 1] == low)) {
      at = (at + 1) & mask;
    }
    return 2 * at;
  }
}
