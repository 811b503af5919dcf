/**
 * Blocks, and the little that changes beside them: what a node keeps on disk.
 *
 * <p>{@link org.dxos.dmg.block.BlockStore} is the way in: immutable blocks named by CID, a journal
 * of what was admitted in order, and registers (small named values, such as the newest state of an
 * authority). All three change together, in one {@link org.dxos.dmg.block.Batch} that is atomic and
 * on disk when {@link org.dxos.dmg.block.BlockStore#commit} returns. {@link
 * org.dxos.dmg.block.RocksBlockStore} is the one on a local disk.
 *
 * <p>A home is a folder: {@code format} (the number of this layout), {@code lock} (the process that
 * has it open), {@code db} (RocksDB with the column families {@code blocks}, {@code journal} and
 * {@code registers}).
 *
 * <p>Limits: a block has at most {@link org.dxos.dmg.block.BlockStore#MAX_BLOCK_BYTES}. Bytes read
 * from disk are hashed before they are returned; what does not fit its CID is never served.
 */
@NullMarked
package org.dxos.dmg.block;

import org.jspecify.annotations.NullMarked;
