/**
 * Addresses that say how to reach a peer, as text and as bytes. Use {@link
 * org.dxos.dmg.libp2p.multiaddr.Multiaddr} wherever libp2p names a place.
 *
 * <p>Format: a sequence of (code varint, value). Limits: 1,024 bytes, 16 parts. Example: {@code
 * Multiaddr.parse("/ip4/127.0.0.1/tcp/4001")}.
 *
 * @see <a href="https://github.com/libp2p/specs/tree/master/addressing">addressing</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.multiaddr;

import org.jspecify.annotations.NullMarked;
