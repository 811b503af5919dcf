/**
 * What a reader remembers of each authority: the newest key log entry and head that a registry
 * showed, so that no registry can show less tomorrow.
 *
 * <p>When to use: in front of a registry that is somebody else's. A home's own store never goes
 * back, and needs no memory beside it.
 *
 * <p>Format: {@code seen/<authority id>.car} in the home, a CAR whose roots are the envelopes of
 * the newest entry and, if there is one, of the newest head, and whose blocks are the key log and
 * that head. It verifies itself. A file is written aside, synced and moved before what it protects
 * is used.
 *
 * <p>Rules, as {@link org.dxos.dmg.truststore.Watch} applies them: what was seen may be extended,
 * and may lose to a branch that wins by the axiom of trust; what is older is {@code ROLLBACK}, what
 * does not descend from it is {@code FORKED}, a link that cannot be followed is {@code
 * HISTORY_GAP}; a name that meant one authority means no other unless a pin says so.
 */
@NullMarked
package org.dxos.dmg.truststore;

import org.jspecify.annotations.NullMarked;
