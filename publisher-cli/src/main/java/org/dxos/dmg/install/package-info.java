/**
 * From a lock to files, and the proof that they are the right ones.
 *
 * <p>{@link org.dxos.dmg.install.Installer} writes a folder with {@code dmg.lock}, {@code
 * closure.json} and the bundles; {@link org.dxos.dmg.install.Chain} follows the signatures of each
 * release from its bytes to the pinned id of its authority. An installed folder carries its
 * evidence ({@code .dmg/evidence.car}), so that it can be verified again without a network.
 */
@NullMarked
package org.dxos.dmg.install;

import org.jspecify.annotations.NullMarked;
