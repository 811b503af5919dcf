/**
 * JSON and YAML texts as values of the data model, and back: the form that people and other
 * programs read and write, where blocks are dag-cbor.
 *
 * <p>{@link org.dxos.dmg.json.Json} is the way in. Read with it what authors and clients send;
 * write with {@code canonical} what is hashed or compared (schemas, {@code dmg.lock}), with {@code
 * dagJson} what is asked for as {@code application/vnd.ipld.dag-json}, with {@code pretty} what a
 * person looks at.
 *
 * <p>The format is RFC 8259 without extensions; YAML 1.2 with its core schema, as far as it says
 * the same as some JSON. A number that equals an integer of less than 2^53 is that integer however
 * it is spelled, so that {@code 1}, {@code 1.0} and {@code 1e0} have one meaning and one CID; any
 * other number is a float.
 *
 * <p>Limits: {@link org.dxos.dmg.json.Json#MAX_BYTES} of text, {@link
 * org.dxos.dmg.json.Json#MAX_YAML} of YAML, {@link org.dxos.dmg.json.Json#MAX_DEPTH} open arrays
 * and objects, no key twice in an object, no lone surrogates, no number beyond a 64-bit float. Of
 * YAML, aliases, anchors, tags other than {@code !!str} and second documents are refused. Each
 * refusal is a {@link org.dxos.dmg.error.FormatException} with line and column.
 *
 * <pre>
 *   Json.canonical(Json.parse("{\"b\": 1e2, \"a\": [true]}"))    {"a":[true],"b":100}
 * </pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259, JSON</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8785">RFC 8785, the canonical form</a>
 * @see <a href="https://yaml.org/spec/1.2.2/">YAML 1.2</a>
 * @see <a href="https://ipld.io/specs/codecs/dag-json/spec/">dag-json</a>
 */
@NullMarked
package org.dxos.dmg.json;

import org.jspecify.annotations.NullMarked;
