package org.dxos.dmg.unixfs;

import org.dxos.dmg.cid.Cid;

/**
 * A file of a bundle.
 *
 * @param path relative to the root, with {@code /}
 * @param cid the root of the file's own DAG
 * @param size its length in bytes
 */
public record BundleEntry(String path, Cid cid, long size) {}
