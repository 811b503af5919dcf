package org.dxos.dmg.unixfs;

import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** Reads blocks for one walk: each is counted, bounded and checked against its CID. */
final class BlockCheck {

  private final BlockSource source;
  private final int allowed;
  private int visited;

  BlockCheck(BlockSource source, int allowed) {
    this.source = source;
    this.allowed = allowed;
  }

  /**
   * The block named {@code cid}, {@code depth} links from the root.
   *
   * @throws FormatException with {@link ErrorCode#DAG_BUDGET}, {@link ErrorCode#BLOCK_MISSING},
   *     {@link ErrorCode#BLOCK_TOO_LARGE} or {@link ErrorCode#BLOCK_CORRUPT}
   */
  byte[] read(Cid cid, int depth) {
    requireDepth(depth);
    visited++;
    if (visited > allowed) {
      throw new FormatException(
          ErrorCode.DAG_BUDGET, "walk bundle: more than " + allowed + " visits to blocks");
    }
    byte[] block =
        source
            .get(cid.requireStorable())
            .orElseThrow(
                () ->
                    new FormatException(
                        ErrorCode.BLOCK_MISSING, "walk bundle: block `" + cid + "` is not held"));
    return checked(source, cid, block);
  }

  /** {@code block}, if it is one that {@code cid} names. Hashed here, unless its source did. */
  static byte[] checked(BlockSource source, Cid cid, byte[] block) {
    if (block.length > DagPb.MAX_BLOCK) {
      throw new FormatException(
          ErrorCode.BLOCK_TOO_LARGE,
          "check block `" + cid + "`: " + block.length + " bytes, at most " + DagPb.MAX_BLOCK);
    }
    if (!source.hashed() && !cid.matches(block)) {
      throw new FormatException(
          ErrorCode.BLOCK_CORRUPT,
          "check block `" + cid + "`: its bytes hash to `" + Cid.of(cid.codec(), block) + "`");
    }
    return block;
  }

  static void requireDepth(int depth) {
    if (depth > Budget.MAX_DEPTH) {
      throw new FormatException(
          ErrorCode.DAG_BUDGET,
          "walk bundle: a block lies " + depth + " links deep, at most " + Budget.MAX_DEPTH);
    }
  }
}
