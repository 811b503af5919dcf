/**
 * The two encodings that every libp2p message is made of: unsigned varints and a subset of protocol
 * buffers, and the pair of byte streams that all layers stack on. Use it to write a protocol of
 * your own over a stream.
 *
 * <p>Format: LEB128 with at most nine bytes, minimal; protobuf wire types 0, 1, 2 and 5. Limits:
 * the caller names the greatest length before anything is allocated. Example: {@code new
 * ProtoWriter().bytes(1, key).toBytes()}.
 *
 * @see <a href="https://github.com/multiformats/unsigned-varint">unsigned varint</a>
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">protobuf encoding</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.wire;

import org.jspecify.annotations.NullMarked;
