/**
 * The rules by which everything that is said is judged: pure functions of what is held and what is
 * offered. Nothing here reads a clock, a file or a key of the node's own.
 *
 * <p>{@link org.dxos.dmg.verdict.KeyRules} judges key logs, {@link
 * org.dxos.dmg.verdict.StatementRules} who may say what when, {@link org.dxos.dmg.verdict.Slots}
 * what a statement changes in the state tree, {@link org.dxos.dmg.verdict.ReleaseRules} a release
 * against its record, {@link org.dxos.dmg.verdict.HeadRules} heads. A {@link
 * org.dxos.dmg.verdict.Dossier} gathers what holds of one authority, and {@link
 * org.dxos.dmg.verdict.Axiom} makes of it the {@link org.dxos.dmg.verdict.Standing}: the same for
 * everybody who holds the same, whatever the order in which it came.
 *
 * <p>What this version does not act on it refuses with {@code UNSUPPORTED}: promotions, and
 * everything in a space.
 */
@NullMarked
package org.dxos.dmg.verdict;

import org.jspecify.annotations.NullMarked;
