/**
 * The node: a registry put together from the store, the resolver and the projections, over one
 * home.
 *
 * <p>{@link org.dxos.dmg.node.LocalRegistry} is the way in; the command uses it directly on its own
 * home, and a server puts {@link org.dxos.dmg.node.http.HttpServer} before it. A node that serves
 * writes {@code node.json} into its home (URL and process), by which commands on the same home find
 * it.
 */
@NullMarked
package org.dxos.dmg.node;

import org.jspecify.annotations.NullMarked;
