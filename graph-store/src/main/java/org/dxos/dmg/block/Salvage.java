package org.dxos.dmg.block;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Walks over all of a column family whose files may be damaged. The engine ends a walk at the first
 * damage; what is behind is found by asking for later and later keys, until one is answered.
 */
final class Salvage {

  /** Keys are numbers of so many bytes here: longer than that of a block. */
  private static final int KEY_BYTES = 48;

  private final Supplier<RocksIterator> iterators;
  private final Taker taker;
  private byte[] last = new byte[0];
  private int gaps;

  /** Takes what can be read. */
  interface Taker {
    void take(byte[] key, byte[] value);
  }

  private Salvage(Supplier<RocksIterator> iterators, Taker taker) {
    this.iterators = iterators;
    this.taker = taker;
  }

  /**
   * Hands on all that can be read, ascending.
   *
   * @return how many gaps there are in it; 0 if all of it could be read
   */
  static int walk(RocksDB db, ColumnFamilyHandle family, Taker taker) {
    try (ReadOptions options = new ReadOptions().setFillCache(false)) {
      Salvage salvage = new Salvage(() -> db.newIterator(family, options), taker);
      salvage.walk();
      return salvage.gaps;
    }
  }

  private void walk() {
    Optional<byte[]> next = Optional.of(new byte[0]);
    while (next.isPresent() && !walk(next.get())) {
      gaps++;
      next = behind();
    }
  }

  /** True if it came to the end. */
  private boolean walk(byte[] from) {
    try (RocksIterator at = iterators.get()) {
      last = from; // whatever is answered for it, the next walk begins behind it
      for (at.seek(from); at.isValid(); at.next()) {
        last = at.key();
        taker.take(last, at.value());
      }
      return isSound(at);
    }
  }

  /** The first key behind the damage that is answered for; empty if none is. */
  private Optional<byte[]> behind() {
    BigInteger bad = number(last);
    BigInteger end = BigInteger.ONE.shiftLeft(8 * KEY_BYTES);
    for (int bits = 0; bits < 8 * KEY_BYTES; bits++) {
      BigInteger good = bad.add(BigInteger.ONE.shiftLeft(bits));
      if (good.compareTo(end) >= 0) {
        return Optional.empty();
      }
      if (answers(good)) {
        return Optional.of(key(first(bad, good)));
      }
    }
    return Optional.empty();
  }

  private BigInteger first(BigInteger bad, BigInteger good) {
    BigInteger low = bad;
    BigInteger high = good;
    while (high.subtract(low).compareTo(BigInteger.ONE) > 0) {
      BigInteger middle = low.add(high).shiftRight(1);
      if (answers(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /** An iterator that failed once fails where it would not: each is asked once. */
  private boolean answers(BigInteger key) {
    try (RocksIterator at = iterators.get()) {
      at.seek(key(key));
      return isSound(at);
    }
  }

  private static boolean isSound(RocksIterator at) {
    try {
      at.status();
      return true;
    } catch (RocksDBException e) {
      return false;
    }
  }

  private static BigInteger number(byte[] key) {
    return new BigInteger(1, Arrays.copyOf(key, KEY_BYTES));
  }

  private static byte[] key(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] key = new byte[KEY_BYTES];
    int from = Math.max(0, bytes.length - KEY_BYTES);
    System.arraycopy(bytes, from, key, KEY_BYTES - (bytes.length - from), bytes.length - from);
    return key;
  }
}
