/**
 * What keeps a store in order: looking for damage and mending it, collecting what nothing leads to.
 *
 * <p>{@link org.dxos.dmg.care.Fsck} finds every fault and names it; {@code dmg fsck --mend} puts
 * right what can be put right, from a copy or from what is held. Both stand on {@code Reach}:
 * everything that the registers of a store lead to. They look at a {@link
 * org.dxos.dmg.block.BlockStore} alone, so they work where a registry does not open any more.
 *
 * <p>A block that something leads to is held, withheld (a policy denies it), on demand (of a bundle
 * that a node which is not the home never had to take) or missing; only missing is a fault.
 */
@NullMarked
package org.dxos.dmg.care;

import org.jspecify.annotations.NullMarked;
