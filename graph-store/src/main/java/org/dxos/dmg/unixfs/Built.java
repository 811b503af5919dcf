package org.dxos.dmg.unixfs;

import org.dxos.dmg.cid.Cid;

/**
 * A finished piece of a DAG.
 *
 * @param size bytes of file content below it
 * @param weight bytes of all blocks of its tree, each as often as it is linked: what a link to it
 *     carries as Tsize
 * @param height links from it down to its farthest block
 */
record Built(Cid cid, long size, long weight, int height) {}
