/**
 * What was solved, as a block, and as the lock that an installation keeps.
 *
 * <p>A {@link org.dxos.dmg.closure.Closure} names each release by CID and nothing else that could
 * differ between two equal installations: no head, no time, no policy; so two equal installations
 * have one CID. A {@link org.dxos.dmg.closure.Lock} is that closure as canonical JSON (RFC 8785)
 * with its CID, and beside it the evidence: which heads it was solved over, and when.
 *
 * <pre>
 *   {"cid": "bafy…", "closure": {"modules": […], "roots": […], "type": "dmg/closure/1"},
 *    "evidence": {"at": 1790000000, "heads": {"bafy…": "bafy…"}, "policy": "bafy…", "root": "bafy…"}}
 * </pre>
 *
 * <p>Limits: a closure has at most 2 MiB. {@link org.dxos.dmg.closure.StaticClosure} is the other
 * closure, a walk over each clause alone, that queries mean; it is never installed.
 */
@NullMarked
package org.dxos.dmg.closure;

import org.jspecify.annotations.NullMarked;
