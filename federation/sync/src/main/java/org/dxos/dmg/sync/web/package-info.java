/**
 * Another registry, read over HTTPS as anybody may read it: where a domain names a node by its URL.
 * Use {@link org.dxos.dmg.sync.web.WebNode} for a {@link org.dxos.dmg.sync.pull.Source} that has no
 * libp2p, and {@link org.dxos.dmg.sync.web.WebClient} for one file of a host that a stranger chose.
 *
 * <p>Format: {@code GET /v1/authorities/NAME~ID} says where an authority stands, {@code GET
 * /ipfs/CID?format=raw} gives each block of it, which is hashed; what is asked is answered with the
 * same items as over libp2p, and judged like them. Limits: addresses that the policy lets dial,
 * looked at once; no redirects, cookies, proxies, encodings; 8 connections; 30 s for one answer, 10
 * s of silence, and the time of one search for all, however slowly bytes come; 10,000 entries of a
 * key log, none twice; 4,096 new heads of 32 MiB together; 64 MiB that were read and not told yet.
 * Proofs of forks are not read. Example: {@code new WebNode(directions, "https://node.example.com",
 * quota, patience)}.
 */
@NullMarked
package org.dxos.dmg.sync.web;

import org.jspecify.annotations.NullMarked;
