/**
 * Which releases, together, answer a question: one version per name and semver-compatible line (or,
 * by another rule, per name), one provider per API and line, a variant that runs on the target for
 * each.
 *
 * <p>{@link org.dxos.dmg.solver.Solver} is the way in, over a read-only {@link
 * org.dxos.dmg.select.Catalog}; {@link org.dxos.dmg.solver.Roots} makes the roots of what somebody
 * asks for. For one name alone {@link org.dxos.dmg.select.Selection} is enough.
 *
 * <p>The method is PubGrub. A place that can hold one release, a line of an API that can have one
 * provider, and a requirement that can be met in several places are slots with a few values each,
 * "none" among them; everything known is a list of incompatibilities, terms that cannot all hold.
 * Search decides, propagates and learns; {@code Search} says in which order it decides, {@code
 * PartialSolution} how it learns, {@code Core} how a failure is cut down to what it rests on.
 *
 * <p>It is complete: it finds a set if there is one, and with it the newest for each root, the
 * earlier root going before the later. The answer depends on the question and the catalog alone.
 *
 * <p>Limits: {@code PartialSolution.MAX_CONFLICTS} conflicts, then {@link
 * org.dxos.dmg.solver.SolverException}; the registries known need a few hundred at most. One
 * question is solved by one thread; many questions may be solved at once.
 *
 * <pre>
 *   Solver.solve(catalog, Question.of(roots))                     // Solved or Unsolvable
 *   Solver.solve(catalog, Question.of(roots).by(Rule.NAME))       // one version a name
 *   Solver.choices(catalog, Question.of(roots))                   // why these and none newer
 * </pre>
 *
 * @see <a href="https://nex3.medium.com/pubgrub-2fb6470504f">PubGrub</a>
 */
@NullMarked
package org.dxos.dmg.solver;

import org.jspecify.annotations.NullMarked;
