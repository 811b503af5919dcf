/**
 * Who may say what: keys, signatures, and the signed bodies of an authority as values.
 *
 * <p>Four kinds of things are signed, each a strict dag-cbor body that {@link
 * org.dxos.dmg.trust.Envelope} carries with its signatures: {@link
 * org.dxos.dmg.trust.AuthorityEntry} (the key log), {@link org.dxos.dmg.trust.Statement} (what a
 * publisher says), {@link org.dxos.dmg.trust.Head} (the order in which the home node took the
 * statements), {@link org.dxos.dmg.trust.SpaceEntry} (the log of a space). {@link
 * org.dxos.dmg.trust.AuthorityState} and {@link org.dxos.dmg.trust.Fork} are derived from them.
 * Bodies are named by CID; links between signed things are CIDs of envelopes.
 *
 * <p>This package decodes, encodes and checks what can be judged from one body alone. Whether a
 * body is valid beside others is admission's to say, in the graph store.
 *
 * <p>Limits: bodies {@link org.dxos.dmg.trust.Body#MAX_BYTES}, heads {@link
 * org.dxos.dmg.trust.Head#MAX_BYTES}; 16 keys a set; an empty list or map is not written; unknown
 * fields are refused except under {@code ext}.
 *
 * <p>What is signed, for a statement:
 *
 * <pre>
 *   "dmg-sig-v1" 00 "dmg/statement/1" 00 01 71 12 20 (32 bytes of SHA-256 of the body)
 * </pre>
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032">RFC 8032, Ed25519</a>
 */
@NullMarked
package org.dxos.dmg.trust;

import org.jspecify.annotations.NullMarked;
