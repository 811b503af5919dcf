package org.dxos.dmg.block;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;

/** Where blocks are read from. Implementations return only bytes that hash to the CID asked for. */
@FunctionalInterface
public interface BlockSource {

  /** The block named {@code cid}, or empty if it is not held. */
  Optional<byte[]> get(Cid cid);

  /**
   * True if each block was hashed on its way here, as it came or as it was read: who checks what it
   * is given need not hash it once more. False, unless an implementation knows better.
   */
  default boolean hashed() {
    return false;
  }

  /** Blocks of this source, and of {@code other} where this has none. */
  default BlockSource or(BlockSource other) {
    BlockSource first = this;
    return new BlockSource() {
      @Override
      public Optional<byte[]> get(Cid cid) {
        return first.get(cid).or(() -> other.get(cid));
      }

      @Override
      public boolean hashed() {
        return first.hashed() && other.hashed();
      }
    };
  }
}
