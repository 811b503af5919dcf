/**
 * What a reader believes before anything is proved: pins, first use, what is let in, how old a head
 * may be. It is local, and decides no bytes and no verdict on an authority; two nodes with
 * different policies hold the same tree.
 *
 * <p>Use {@link org.dxos.dmg.policy.PolicyFile} where a home is: it reads {@code policy.json} and
 * reads it again when it changes. {@link org.dxos.dmg.policy.Policy} is the value.
 *
 * <p>Format: a JSON object, each field optional:
 *
 * <pre>
 *   {"pins": {"org.dxos": "bafy…"}, "tofu": "allow" | "dns" | "never",
 *    "allow": ["org.dxos", "com.example.*"], "deny": ["com.evil.*"], "deniedBlocks": ["bafk…"],
 *    "minAge": "72h", "maxHeadAge": "7d", "quota": {"authorities": 16, "bytes": 1073741824},
 *    "pullThrough": "off" | "peers" | "anyone", "pullNetworks": ["10.0.0.0/8"],
 *    "serve": "linked" | "anyone"}
 * </pre>
 *
 * <p>Limits: 1 MiB. A file that is not valid is refused when a home is opened; one that becomes
 * invalid later leaves the last valid policy in force, and says so in the log.
 */
@NullMarked
package org.dxos.dmg.policy;

import org.jspecify.annotations.NullMarked;
