/**
 * Agreement on a protocol by name, both ends reading line by line. Use it on a fresh connection and
 * on a fresh stream.
 *
 * <p>Format: uvarint length, text, line feed. Limits: 1,024 bytes a line, 64 proposals. Example:
 * {@code Multistream.propose(duplex, List.of("/noise"))}.
 *
 * @see <a href="https://github.com/multiformats/multistream-select">multistream-select</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.multistream;

import org.jspecify.annotations.NullMarked;
