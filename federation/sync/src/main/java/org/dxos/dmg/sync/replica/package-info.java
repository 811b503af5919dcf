/**
 * How one node comes to hold what another holds, whatever carries the bytes between them.
 *
 * <p>{@link org.dxos.dmg.sync.replica.Responder} answers out of a {@link
 * org.dxos.dmg.sync.replica.Holder}; {@link org.dxos.dmg.sync.replica.Pull} asks a {@link
 * org.dxos.dmg.sync.replica.Remote} and hands what comes to a holder, which judges it as it judges
 * everything. What crosses is new statements with their records; trees are made anew by whoever
 * takes them, and have to come out as they were signed.
 *
 * <p>Forks come first, then key logs, then heads, oldest first. A broken answer costs what was not
 * yet committed of it: the next one goes on from there.
 */
@NullMarked
package org.dxos.dmg.sync.replica;

import org.jspecify.annotations.NullMarked;
