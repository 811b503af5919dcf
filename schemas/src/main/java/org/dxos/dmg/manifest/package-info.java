/**
 * Manifests: what an author writes as {@code dmg.json} or {@code dmg.yaml} beside the code, read
 * into the one record that it means.
 *
 * <p>{@link org.dxos.dmg.manifest.Manifest#read} is the way in. It gives either a manifest or all
 * that is wrong with it at once, each {@link org.dxos.dmg.manifest.Finding} with its place. A
 * manifest says which files it needs; given those, {@link org.dxos.dmg.manifest.Manifest#toRecord}
 * makes the record and the raw blocks that it links.
 *
 * <p>The format is JSON (or YAML that says the same), described for editors by the JSON Schema
 * {@code dmg.schema.json} of this package. Formatting, order of keys, order and doubles in lists
 * that are sets, units of sizes and durations, and defaults written out do not change the record.
 * An unknown field is an error, except under {@code ext}; {@code $schema} is ignored.
 *
 * <p>Limits: a linked file has {@link org.dxos.dmg.record.FileRef#MAX_BYTES} at most, the record
 * {@link org.dxos.dmg.record.ModuleRecord#MAX_BYTES}; a release carries {@link
 * org.dxos.dmg.manifest.Manifest#MAX_NAMES} names beside its own.
 *
 * <pre>
 *   switch (Manifest.read(Json.parse(bytes))) {
 *     case ManifestResult.Valid valid -&gt; publish(valid.manifest().toRecord(files));
 *     case ManifestResult.Invalid invalid -&gt; invalid.findings().forEach(this::show);
 *   }
 *
 *   at `/dependancies`: found an object with `org.dxos/api/x`, expected no such field
 *   hint: did you mean `dependencies`?
 * </pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6901">RFC 6901, JSON pointers</a>
 * @see <a href="https://json-schema.org/draft/2020-12">JSON Schema 2020-12</a>
 */
@NullMarked
package org.dxos.dmg.manifest;

import org.jspecify.annotations.NullMarked;
