/**
 * What one can ask a registry, and what it answers, wherever it runs: the same interface in front
 * of the store of this process and of a node far away.
 *
 * <p>{@link org.dxos.dmg.api.Registry} is the way in. Answers are records; each has one form as a
 * map ({@code toNode}), which is what HTTP carries as JSON and what {@code --json} prints, and
 * reads itself back from it ({@code fromNode}).
 */
@NullMarked
package org.dxos.dmg.api;

import org.jspecify.annotations.NullMarked;
