/**
 * Who depends on whom, in memory: every release of every authority as a number, what each leads to
 * as arrays.
 *
 * <p>{@link org.dxos.dmg.modules.ModuleGraph} is one moment of it, and never changes; {@link
 * org.dxos.dmg.modules.ModuleIndex} makes the next from what authorities' state trees say since.
 * Edges are those of the <em>static</em> closure: each clause that is not optional leads to its
 * first alternative that has a candidate, a module before providers, providers by name, the newest
 * version first. No clause looks at another, so it is a walk and no search; what is installed is
 * solved elsewhere.
 *
 * <p>A release takes some 400 bytes. What is yanked is led to by ranges of exactly its version
 * alone, what is withdrawn or void by nothing.
 */
@NullMarked
package org.dxos.dmg.modules;

import org.jspecify.annotations.NullMarked;
