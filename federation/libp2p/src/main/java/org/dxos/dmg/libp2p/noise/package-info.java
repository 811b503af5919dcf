/**
 * An authenticated, encrypted channel: Noise XX with the libp2p identity payload. Use {@link
 * org.dxos.dmg.libp2p.noise.NoiseUpgrade} on a connection that agreed on {@code /noise}.
 *
 * <p>Format: two bytes of length and at most 65,535 bytes a message. Limits: a payload of at most
 * 65,519 bytes a message; 2^62 messages a direction. Example: see {@code NoiseTest}.
 *
 * @see <a href="https://github.com/libp2p/specs/tree/master/noise">noise-libp2p</a>
 * @see <a href="https://noiseprotocol.org/noise.html">the Noise framework</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.noise;

import org.jspecify.annotations.NullMarked;
