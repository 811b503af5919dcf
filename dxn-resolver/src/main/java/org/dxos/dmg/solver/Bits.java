package org.dxos.dmg.solver;

import java.util.Arrays;

/** A set of small numbers. Immutable; two sets that meet in one operation are of one size. */
final class Bits {

  private final long[] words;

  private Bits(long[] words) {
    this.words = words;
  }

  /** The empty set, for numbers below {@code size}. */
  static Bits none(int size) {
    return new Bits(new long[(size + 63) >>> 6]);
  }

  static Bits one(int size, int member) {
    Bits bits = none(size);
    bits.words[member >>> 6] |= 1L << member;
    return bits;
  }

  static Bits of(int size, int[] members) {
    Bits bits = none(size);
    for (int member : members) {
      bits.words[member >>> 6] |= 1L << member;
    }
    return bits;
  }

  /** All numbers below {@code size}. */
  static Bits all(int size) {
    Bits bits = none(size);
    Arrays.fill(bits.words, -1L);
    if ((size & 63) != 0) {
      bits.words[bits.words.length - 1] = (1L << size) - 1;
    }
    return bits;
  }

  boolean has(int member) {
    return (words[member >>> 6] & 1L << member) != 0;
  }

  boolean isEmpty() {
    for (long word : words) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  /** True if all of this is in {@code other}. */
  boolean within(Bits other) {
    for (int i = 0; i < words.length; i++) {
      if ((words[i] & ~other.words[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  boolean meets(Bits other) {
    for (int i = 0; i < words.length; i++) {
      if ((words[i] & other.words[i]) != 0) {
        return true;
      }
    }
    return false;
  }

  Bits and(Bits other) {
    long[] result = new long[words.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = words[i] & other.words[i];
    }
    return new Bits(result);
  }

  Bits or(Bits other) {
    long[] result = new long[words.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = words[i] | other.words[i];
    }
    return new Bits(result);
  }

  Bits minus(Bits other) {
    long[] result = new long[words.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = words[i] & ~other.words[i];
    }
    return new Bits(result);
  }

  int count() {
    int count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** The lowest member that is {@code from} or more; -1 if there is none. */
  int next(int from) {
    for (int i = from >>> 6; i < words.length; i++) {
      long word = i == from >>> 6 ? words[i] & (-1L << from) : words[i];
      if (word != 0) {
        return (i << 6) + Long.numberOfTrailingZeros(word);
      }
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bits bits && Arrays.equals(words, bits.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }
}
