/**
 * What may come in: the one entry point for everything that is said, and the rules by which it is
 * judged.
 *
 * <p>{@link org.dxos.dmg.admission.Registrar} takes claims and statements and, as the home node of
 * an authority, orders them into heads. The rules are pure functions of what is held and what is
 * offered, and give a {@link org.dxos.dmg.admission.Verdict}: {@link
 * org.dxos.dmg.admission.KeyRules} for key logs, {@link org.dxos.dmg.admission.StatementRules} for
 * who may say what when, {@link org.dxos.dmg.admission.Slots} for what a statement changes in the
 * state tree, {@link org.dxos.dmg.admission.ReleaseRules} for a release against its record, {@link
 * org.dxos.dmg.admission.HeadRules} for heads.
 *
 * <p>What this version does not act on yet it refuses with {@code UNSUPPORTED}: key log entries
 * after the genesis, statements other than release and tag, and everything in a space.
 */
@NullMarked
package org.dxos.dmg.admission;

import org.jspecify.annotations.NullMarked;
