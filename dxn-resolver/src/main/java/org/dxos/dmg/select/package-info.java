/**
 * From a name and a selector to one release.
 *
 * <p>{@link org.dxos.dmg.select.Catalog} is all that the resolver knows of the world: what is
 * released, under which authority, by names. It is read-only and answers as of one moment.
 */
@NullMarked
package org.dxos.dmg.select;

import org.jspecify.annotations.NullMarked;
