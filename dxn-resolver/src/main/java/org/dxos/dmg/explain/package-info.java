/**
 * Why there is no solution, or why it is this one: as data, and in words.
 *
 * <p>{@link org.dxos.dmg.explain.Explanation} comes with every failure of the solver. Its {@link
 * org.dxos.dmg.explain.Fact}s can be looked up in the registry one by one, none of them can be left
 * out, and together they leave no choice; {@link org.dxos.dmg.explain.Derivation} says how.
 *
 * <p>As text, the shortest true reason comes first; then the facts with numbers, and for more than
 * a few what follows from which; last what would mend it:
 *
 * <pre>
 *   nothing can be chosen for `org.a/module/c@^2`, which `org.a/module/b@1.0.0` requires: there is only 1.0.0 and 1.1.0
 *     1. you asked for `org.a/module/b@*`: there is 1.0.0
 *     2. `org.a/module/b@1.0.0` requires `org.a/module/c@^2`: there is only 1.0.0 and 1.1.0
 *   hint: widen `^2` in `org.a/module/b@1.0.0` so that it has 1.1.0, or publish one that fits
 * </pre>
 */
@NullMarked
package org.dxos.dmg.explain;

import org.jspecify.annotations.NullMarked;
