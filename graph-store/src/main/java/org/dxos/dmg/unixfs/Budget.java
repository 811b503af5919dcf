package org.dxos.dmg.unixfs;

/**
 * How much a bundle may come to when every link is followed, however few its blocks are.
 *
 * @param size bytes of all files, each as often as it occurs
 * @param exact true if the bundle must have exactly that size, as a record declares it
 * @param blocks visits to blocks, at most {@link #MAX_BLOCKS}
 */
public record Budget(long size, boolean exact, int blocks) {

  /** Enough for a bundle of nearly 1 TiB in chunks of 1 MiB. */
  public static final int MAX_BLOCKS = 1_000_000;

  /** Files and folders: what an installation can be asked to create. */
  public static final int MAX_ENTRIES = 100_000;

  /** Links from the root to any block: bounds recursion, and paths. */
  public static final int MAX_DEPTH = 32;

  public Budget {
    if (size < 0 || blocks < 1 || blocks > MAX_BLOCKS) {
      throw new IllegalArgumentException("budget of " + size + " bytes, " + blocks + " blocks");
    }
  }

  /** For a bundle whose record declares {@code size} bytes: neither more nor less. */
  public static Budget declared(long size) {
    return new Budget(size, true, MAX_BLOCKS);
  }

  /** For a bundle of at most {@code size} bytes. */
  public static Budget upTo(long size) {
    return new Budget(size, false, MAX_BLOCKS);
  }
}
