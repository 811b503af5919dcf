/**
 * The deterministic search tree in which an authority's names, and a node's authorities, are kept:
 * the same set of keys and values gives the same root, whatever the order of insertion, so two
 * nodes hold the same exactly if their roots are equal.
 *
 * <p>{@link org.dxos.dmg.mst.MerkleSearchTree} is the way in. A key's <em>layer</em> is the number
 * of leading zero bits of its SHA-256, halved; a node holds the keys of one layer in order, and
 * between and beside them links to the nodes one layer below. A key is written as the number of
 * bytes shared with the key before it in the node, and the rest:
 *
 * <pre>
 *   {"e": [{"k": h'722f6d6f64756c652f6140312e302e30', "p": 0, "t": null, "v": 42(…)}], "l": null}
 * </pre>
 *
 * <p>Limits, refused when inserting and when reading alike: keys of 1 to 512 bytes in 0x21–0x7E,
 * 256 entries and 256 KiB a node, layer at most 31. The empty tree is one node without entries;
 * another node without entries only links two layers.
 *
 * @see <a href="https://atproto.com/specs/repository">atproto repository: layers and node
 *     encoding</a>
 * @see <a href="https://hal.inria.fr/hal-02303490">Auvolat and Taïani, Merkle Search Trees</a>
 */
@NullMarked
package org.dxos.dmg.mst;

import org.jspecify.annotations.NullMarked;
