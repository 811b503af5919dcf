/**
 * Content identifiers: how every block of the registry is named by the hash of its bytes.
 *
 * <p>{@link org.dxos.dmg.cid.Cid} is the way in. A CID version 1 is, in bytes, {@code 0x01}, the
 * codec and the multihash, the two codes as unsigned varints; in text, the multibase prefix {@code
 * b} and the same bytes in base32 without padding. For sha2-256, which is all that DMG stores, that
 * is 36 bytes and 59 characters:
 *
 * <pre>
 *   01 71 12 20 e3b0c442…      bafyrei…      (71 = dag-cbor, 12 = sha2-256, 20 = 32 bytes)
 * </pre>
 *
 * <p>Limits: a varint has at most 9 bytes and is minimal; a binary CID that is only carried (tag
 * 42) has at most {@link org.dxos.dmg.cid.Cid#MAX_BYTES} bytes; a CID that names a stored block has
 * one of three codecs and a 32-byte digest.
 *
 * @see <a href="https://github.com/multiformats/cid">CID</a>
 * @see <a href="https://github.com/multiformats/multibase">multibase</a>
 * @see <a href="https://github.com/multiformats/unsigned-varint">unsigned varint</a>
 */
@NullMarked
package org.dxos.dmg.cid;

import org.jspecify.annotations.NullMarked;
