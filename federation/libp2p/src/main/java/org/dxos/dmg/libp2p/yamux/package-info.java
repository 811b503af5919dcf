/**
 * Many streams over one connection. Frames are pure ({@link org.dxos.dmg.libp2p.yamux.Frame}), flow
 * control is pure ({@link org.dxos.dmg.libp2p.yamux.ReceiveWindow}), and {@link
 * org.dxos.dmg.libp2p.yamux.YamuxConnection} joins them with threads.
 *
 * <p>Threads: a connection has a reader that never writes, a writer for control frames that never
 * reads, and the threads of its streams, which write their own data under a fair lock. Locks are
 * taken in the order stream, then output; the reader takes only the stream's.
 *
 * <p>Format: a head of twelve bytes. Limits: {@link org.dxos.dmg.libp2p.yamux.YamuxLimits}.
 * Example: {@code host.Connection} is made over one; the tests of {@code host} drive it by a
 * scripted peer.
 *
 * @see <a href="https://github.com/libp2p/specs/tree/master/yamux">yamux</a>
 */
@NullMarked
package org.dxos.dmg.libp2p.yamux;

import org.jspecify.annotations.NullMarked;
