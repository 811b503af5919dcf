/**
 * Bundles: folders of files as UnixFS DAGs in the IPFS profile {@code unixfs-v1-2025}, so that any
 * IPFS implementation makes and reads the same CIDs.
 *
 * <p>To publish, {@link org.dxos.dmg.unixfs.ModuleFolder} says which files of a folder belong to a
 * bundle and {@link org.dxos.dmg.unixfs.BundleWriter} turns them into blocks and a root. To check,
 * list, stream or install a bundle, use {@link org.dxos.dmg.unixfs.BundleReader}.
 *
 * <p>Format: CID version 1, sha2-256. A file is cut into raw blocks of 1 MiB; a file of one chunk
 * is that block; a larger one is a balanced tree of dag-pb nodes of up to 1,024 links, every chunk
 * equally deep. A folder is one dag-pb node, or, where that would have more than 256 KiB, a hash
 * trie of fanout 256 over murmur3 of the names. There are no modes, no times, no links and no empty
 * folders. The reader takes exactly what the writer makes: one folder, one root.
 *
 * <p>Limits: 1,000,000 blocks, 100,000 entries, 32 links from the root to any block, 2 MiB a block
 * ({@link org.dxos.dmg.unixfs.Budget}); a name has 255 characters, a path 1,024. Names are
 * printable ASCII that every system can write, and no two of a folder differ only by case.
 *
 * <p>Example: a file {@code hello.txt} with the text {@code hello} and a line feed is the folder
 *
 * <pre>
 *   12 35  0a 24 01551220 5891b5b5…  12 09 "hello.txt"  18 06     one link: Hash, Name, Tsize
 *   0a 02  08 01                                                  Data: a folder
 * </pre>
 *
 * @see <a href="https://specs.ipfs.tech/unixfs/">UnixFS</a>
 * @see <a href="https://specs.ipfs.tech/ipips/ipip-0499/">IPIP-499, the profile</a>
 * @see <a href="https://ipld.io/specs/codecs/dag-pb/spec/">dag-pb</a>
 */
@NullMarked
package org.dxos.dmg.unixfs;

import org.jspecify.annotations.NullMarked;
