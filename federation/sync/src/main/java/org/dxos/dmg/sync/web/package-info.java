/**
 * Another registry, read over HTTPS as anybody may read it: where a domain names a node by its URL.
 * Use it for a {@link org.dxos.dmg.sync.pull.Source} that has no libp2p.
 *
 * <p>Format: {@code GET /v1/authorities/NAME~ID} says where an authority stands, {@code GET
 * /ipfs/CID?format=raw} gives each block of it, which is hashed; what is asked is answered with the
 * same items as over libp2p, and judged like them. Limits: one address that the policy lets dial,
 * looked at once; no redirects; 32 requests ahead of their answers; 4,096 heads; the time of one
 * search. Proofs of forks are not read. Example: {@code new WebNode(directions,
 * "https://node.example.com", quota, patience)}.
 */
@NullMarked
package org.dxos.dmg.sync.web;

import org.jspecify.annotations.NullMarked;
