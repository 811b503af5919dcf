/**
 * Strict dag-cbor: one value, one encoding, one CID.
 *
 * <p>{@link org.dxos.dmg.dagcbor.DagCbor} decodes bytes to a {@link org.dxos.dmg.dagcbor.Node} and
 * encodes them back; {@link org.dxos.dmg.dagcbor.Fields} reads a map field by field with errors
 * that name the field, and {@link org.dxos.dmg.dagcbor.MapBuilder} writes one.
 *
 * <p>The format is CBOR with one way to say each thing: integers and lengths in the fewest bytes,
 * definite lengths, map keys that are text, sorted by length and then by bytes, without doubles;
 * floats of 64 bits, finite; tag 42 around a CID and no other tag; nothing after the one value.
 * {@code {"a": 1, "bb": [true]}} is
 *
 * <pre>
 *   a2 61 61 01 62 6262 81 f5
 * </pre>
 *
 * <p>Limits: depth {@link org.dxos.dmg.dagcbor.DagCbor#MAX_DEPTH}; nothing is allocated from a
 * length that the bytes cannot hold. Every refusal is a {@link org.dxos.dmg.error.FormatException}
 * with the offset.
 *
 * @see <a href="https://ipld.io/specs/codecs/dag-cbor/spec/">dag-cbor</a>
 */
@NullMarked
package org.dxos.dmg.dagcbor;

import org.jspecify.annotations.NullMarked;
