/**
 * The module record: what a release says about its module, as one block with one CID.
 *
 * <p>{@link org.dxos.dmg.record.ModuleRecord} is the way in: {@code decode} reads a block, {@code
 * encode} writes one, and its parts are values. A manifest becomes a record in the package {@code
 * manifest}; everything that resolves, installs or shows a module reads records.
 *
 * <p>The format is strict dag-cbor, type {@code dmg/module/1}. Values here are what is meant: sets
 * are sorted and without doubles whatever order they were given in, and a default is filled in.
 * Blocks are what is written: a field equal to its default is left out, and a block that writes
 * one, or a set in another order, is refused. So {@code encode(decode(x))} equals {@code x}, and
 * equal records have equal CIDs.
 *
 * <p>Limits: a record has {@link org.dxos.dmg.record.ModuleRecord#MAX_BYTES} bytes at most, a file
 * that it links {@link org.dxos.dmg.record.FileRef#MAX_BYTES}; every number is an integer below
 * 2^53; text has no control characters and no bidirectional overrides. Every refusal is a {@link
 * org.dxos.dmg.error.FormatException} with {@link org.dxos.dmg.error.ErrorCode#RECORD_INVALID} and
 * the field.
 *
 * <pre>
 *   ModuleRecord record = ModuleRecord.decode(block);
 *   record.name()            com.example/function/proton-mail-bridge
 *   record.dependencies()    [One[name=org.dxos/function/echo-writer, range=^1.2, …]]
 *   record.cid()             bafyrei…
 * </pre>
 *
 * @see <a href="https://ipld.io/specs/codecs/dag-cbor/spec/">dag-cbor</a>
 */
@NullMarked
package org.dxos.dmg.record;

import org.jspecify.annotations.NullMarked;
