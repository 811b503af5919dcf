/**
 * What a host may spend, and on whom: scopes that count connections, streams and bytes. Use {@link
 * org.dxos.dmg.libp2p.resource.ResourceLimits} to set it and {@code snapshot()} to see it.
 *
 * <p>Format: system &gt; transient &gt; protocol &gt; peer &gt; connection &gt; stream. Limits:
 * they are the subject. Example: {@code new ResourceManager(ResourceLimits.standard())}.
 *
 * @see <a href="https://github.com/libp2p/go-libp2p/tree/master/p2p/host/resource-manager">the
 *     resource manager of go-libp2p</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.resource;

import org.jspecify.annotations.NullMarked;
