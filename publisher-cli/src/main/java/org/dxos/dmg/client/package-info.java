/**
 * Where the registry of a command is: the embedded store, or a node behind a URL.
 *
 * <p>{@link org.dxos.dmg.client.Registries} is the way in; it looks for a node first and opens the
 * store of the home if there is none.
 */
@NullMarked
package org.dxos.dmg.client;

import org.jspecify.annotations.NullMarked;
