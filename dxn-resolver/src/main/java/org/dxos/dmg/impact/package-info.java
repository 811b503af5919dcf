/**
 * Questions over everything that was released: why one release leads to another, and who would be
 * hurt if some were withdrawn.
 *
 * <p>For use where a {@link org.dxos.dmg.impact.DependencyGraph} can be had: a small read-only
 * interface over numbers, so that a graph of a hundred thousand releases is arrays and no objects.
 * Its edges are those of the static closure, where each clause alone leads to its first candidate;
 * what is installed is solved, and may differ.
 *
 * <p>Paths are told one after the other and bounded in count; an impact looks at each release that
 * leads to a withdrawn one once. A graph's answers are taken as they are, without a check.
 *
 * <pre>{@code
 * for (int[] path : Paths.between(graph, app, new int[] {json}, 10)) { ... }
 * Impact hurt = Impact.of(graph, json);
 * }</pre>
 */
@NullMarked
package org.dxos.dmg.impact;

import org.jspecify.annotations.NullMarked;
