/**
 * Blocks by their CIDs, asked for and given. Use {@link org.dxos.dmg.libp2p.bitswap.Bitswap} over a
 * {@link org.dxos.dmg.libp2p.bitswap.BlockSource}.
 *
 * <p>Format: uvarint-delimited protobuf messages, each side writing on streams it opened. Limits:
 * {@link org.dxos.dmg.libp2p.bitswap.BitswapLimits}. Example: {@code
 * bitswap.session(peers).fetch(cid, Duration.ofSeconds(10))}.
 *
 * @see <a href="https://specs.ipfs.tech/bitswap-protocol/">bitswap</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.bitswap;

import org.jspecify.annotations.NullMarked;
