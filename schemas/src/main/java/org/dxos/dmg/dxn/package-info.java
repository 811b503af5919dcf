/**
 * DXN, the names of DMG: {@code authority "/" kind "/" local [ "@" selector ]}.
 *
 * <p>{@link org.dxos.dmg.dxn.Dxn} reads whatever a person types, in each of the forms below; {@link
 * org.dxos.dmg.dxn.Name} reads and writes the one form that signed bodies, manifests and trees
 * have, which has no selector. {@link org.dxos.dmg.dxn.NearNames} suggests what may have been meant
 * where a name was not found; nothing takes a suggestion by itself.
 *
 * <pre>
 *   org.dxos/function/universal-indexer@^1.2          slash form: reverse domain, kind, local name
 *   k51…/function/private-job                         a key authority, which needs no domain
 *   org.dxos~bafyrei…/function/x                      one claim to the domain, by its authority id
 *   dxn://org.dxos/function/x@%5E1.2                  URI, the selector percent-encoded
 *   dxn:org.dxos.function.universalIndexer:1.2.3      DXOS form; also the bare NSID before the `:`
 *   bafyrei…, Qm…, ipfs://bafyrei…                    a CID
 * </pre>
 *
 * <p>A selector is chosen by its first octet and its length: {@code 0-9 ^ ~ > < = *} begins a
 * version or a range, over 32 octets it is a CID, else a tag. None is the tag {@code latest}.
 *
 * <p>The domain of an authority is folded to lower case; nothing else is folded, trimmed or
 * guessed.
 *
 * <p>Limits: an input has at most {@link org.dxos.dmg.dxn.Dxn#MAX_INPUT} octets, all of them
 * printable ASCII, which is checked before anything else; a segment 63, a name 317, an authority
 * 253, a tag 32. Reading is linear in the input.
 *
 * <pre>
 *   switch (Dxn.read("org.dxos/widget/x")) {
 *     case DxnResult.Parsed(Dxn dxn, Form form) -> …
 *     case DxnResult.Refused(DxnError code, int offset, String expected) -> …    // KIND_UNKNOWN at 9
 *   }
 * </pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3986">RFC 3986, URI</a>
 * @see <a href="https://atproto.com/specs/nsid">NSID</a>
 */
@NullMarked
package org.dxos.dmg.dxn;

import org.jspecify.annotations.NullMarked;
