/**
 * What may come in: the one entry point for everything that is said, and how what was admitted lies
 * in the store. The rules are those of {@link org.dxos.dmg.verdict}.
 *
 * <p>{@link org.dxos.dmg.admission.Registrar} takes claims and statements and, as the home node of
 * an authority, orders them into heads; what others ordered it learns. One thread, the clerk, is
 * the only one that commits. {@link org.dxos.dmg.admission.Carried} says what has to travel so that
 * another node can hold an authority; {@link org.dxos.dmg.admission.Audit} offers everything held
 * to an empty dossier.
 */
@NullMarked
package org.dxos.dmg.admission;

import org.jspecify.annotations.NullMarked;
