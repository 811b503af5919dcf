/**
 * A peer: it listens, dials, upgrades, identifies itself and hands streams to handlers. Use {@link
 * org.dxos.dmg.libp2p.host.Host}.
 *
 * <p>Format: TCP, multistream, Noise, Yamux. Limits: {@link
 * org.dxos.dmg.libp2p.resource.ResourceLimits} and {@link org.dxos.dmg.libp2p.host.HostConfig}.
 * Example: {@code EchoExample} among the tests.
 *
 * @see <a href="https://github.com/libp2p/specs/tree/master/connections">connections</a>
 * @see <a href="https://github.com/libp2p/specs/tree/master/identify">identify</a>
 * @see <a href="https://github.com/libp2p/specs/blob/master/ping/ping.md">ping</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.host;

import org.jspecify.annotations.NullMarked;
