/**
 * {@code /dmg/sync/1.0.0} as bytes: requests, and the items of answers.
 *
 * <p>A request is one item: a uvarint length and that many bytes of dag-cbor, at most 256 KiB. An
 * answer is one zstd stream of a sequence of dag-cbor items without lengths, each a block (a byte
 * string) or a map that says something. Blocks are told apart from each other by hashing alone:
 * which they are, the order says.
 *
 * <p>Limits, refused with {@link org.dxos.dmg.sync.wire.SyncException}: a request 256 KiB, a block
 * 2 MiB, a map 256 KiB, a zstd window 8 MiB.
 */
@NullMarked
package org.dxos.dmg.sync.wire;

import org.jspecify.annotations.NullMarked;
