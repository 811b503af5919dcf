/**
 * From a folder to a signed release.
 *
 * <p>{@link org.dxos.dmg.publish.ModuleFolder} reads a folder with its manifest and makes the
 * record and the bundles, without any registry; {@link org.dxos.dmg.publish.Publisher} claims the
 * authority where that is needed, signs the release and hands it in.
 */
@NullMarked
package org.dxos.dmg.publish;

import org.jspecify.annotations.NullMarked;
