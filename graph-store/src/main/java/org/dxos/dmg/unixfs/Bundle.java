package org.dxos.dmg.unixfs;

import org.dxos.dmg.cid.Cid;

/**
 * A bundle, written or checked.
 *
 * @param root the CID of its folder
 * @param size sum of the lengths of all files in bytes, each as often as it occurs: what a record
 *     declares
 * @param files how many files it has
 */
public record Bundle(Cid root, long size, int files) {}
