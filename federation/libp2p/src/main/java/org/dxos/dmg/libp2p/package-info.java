/**
 * What every layer of this libp2p shares: how a breakdown is told. Use {@link
 * org.dxos.dmg.libp2p.Libp2pException} where you call any layer; the way in is {@code
 * org.dxos.dmg.libp2p.host.Host}.
 *
 * <p>Format: a reason out of a closed set and one line of words. Limits: none. Example: {@code
 * catch (Libp2pException e) { if (e.reason() == Reason.DIAL_BACKOFF) ... }}.
 *
 * @see <a href="https://github.com/libp2p/specs">libp2p specifications</a>
 */
@NullMarked
package org.dxos.dmg.libp2p;

import org.jspecify.annotations.NullMarked;
