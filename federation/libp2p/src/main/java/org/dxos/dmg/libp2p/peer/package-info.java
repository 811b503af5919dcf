/**
 * Who a peer is: keys, the id made from a key, and records that a peer signed. Use {@link
 * org.dxos.dmg.libp2p.peer.Identity} for oneself, {@link org.dxos.dmg.libp2p.peer.PeerId} for
 * others.
 *
 * <p>Format: protobuf {@code PublicKey}; ids are multihashes written in base58btc. Limits: RSA keys
 * of 2,048 to 8,192 bits; signing is Ed25519 alone. Example: {@code
 * Identity.generate(random).peerId().toString()}.
 *
 * @see <a href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md">peer ids</a>
 * @see <a href="https://github.com/libp2p/specs/blob/master/RFC/0002-signed-envelopes.md">signed
 *     envelopes</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.peer;

import org.jspecify.annotations.NullMarked;
