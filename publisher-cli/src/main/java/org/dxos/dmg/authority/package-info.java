/**
 * What the owners of an authority do with its key log: delegate, revoke, rotate, recover, move its
 * home, heal a fork.
 *
 * <p>Use {@link org.dxos.dmg.authority.Amendments} with a registry that holds the authority and a
 * key ring that holds enough of its keys. Where it holds too few, a {@link
 * org.dxos.dmg.authority.PartialEntry} goes from hand to hand until enough have signed.
 *
 * <p>Example: {@code new Amendments(registry, keys, clock).revoke("org.dxos", key, LastGood.now(),
 * "laptop lost", Optional.empty())}.
 */
@NullMarked
package org.dxos.dmg.authority;

import org.jspecify.annotations.NullMarked;
