package org.dxos.dmg.unixfs;

/**
 * The figures that decide the shape of a DAG. Tests use small ones to reach deep trees cheaply.
 *
 * @param chunk bytes of a file's raw block, all but the last
 * @param width links of a file's inner node, at most
 * @param threshold bytes of a folder's single block, at most; a larger one becomes a hash trie
 */
record Profile(int chunk, int width, int threshold) {

  /** IPIP-499, {@code unixfs-v1-2025}. */
  static final Profile UNIXFS_V1_2025 = new Profile(1024 * 1024, 1024, 256 * 1024);

  Profile {
    if (chunk < 1 || width < 2) {
      throw new IllegalArgumentException("chunk " + chunk + ", width " + width);
    }
  }

  /** Links between the root of a file of {@code size} bytes and each of its chunks. */
  int height(long size) {
    int height = 0;
    while (span(height) < size) {
      height++;
    }
    return height;
  }

  /** Bytes below a full node of this height; 2^63 − 1 where there would be more. */
  long span(int height) {
    long span = chunk;
    for (int i = 0; i < height; i++) {
      if (span > Long.MAX_VALUE / width) {
        return Long.MAX_VALUE;
      }
      span *= width;
    }
    return span;
  }
}
