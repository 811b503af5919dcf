/**
 * Which releases, together, satisfy what was asked: one version per name and semver-compatible
 * line, one provider per API and line, a variant that runs on the target for each.
 *
 * <p>{@link org.dxos.dmg.solver.Solver} is the way in. It is complete: it finds a set if there is
 * one, and the newest in the order in which requirements are met (roots first, in the order given,
 * then breadth-first). It searches depth-first and jumps back over decisions that had no part in a
 * conflict.
 */
@NullMarked
package org.dxos.dmg.solver;

import org.jspecify.annotations.NullMarked;
