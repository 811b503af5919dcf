package org.dxos.dmg.sync.replica;

/** Looks for bytes in bytes. */
final class Bytes {

  private Bytes() {}

  static boolean contain(byte[] block, byte[] part) {
    return find(block, part) >= 0;
  }

  /** Where a part begins for the first time; -1 if it does not occur. */
  static int find(byte[] block, byte[] part) {
    for (int i = 0; i + part.length <= block.length; i++) {
      if (block[i] == part[0] && at(block, i, part)) {
        return i;
      }
    }
    return -1;
  }

  static boolean at(byte[] block, int from, byte[] part) {
    if (from + part.length > block.length) {
      return false;
    }
    for (int i = 0; i < part.length; i++) {
      if (block[from + i] != part[i]) {
        return false;
      }
    }
    return true;
  }
}
