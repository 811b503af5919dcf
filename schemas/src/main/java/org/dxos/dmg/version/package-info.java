/**
 * Versions and ranges: what a release is called and what a dependency asks for.
 *
 * <p>{@link org.dxos.dmg.version.Version} is used wherever one release is named, {@link
 * org.dxos.dmg.version.Range} wherever some of many will do; a range may also be one exact version.
 *
 * <p>A version is Semantic Versioning 2.0 without build metadata. A range is sets of comparators
 * joined by {@code ||}, comparators in a set being joined by spaces:
 *
 * <pre>
 *   range      = set *( *SP "||" *SP set )
 *   set        = comparator *( 1*SP comparator )
 *   comparator = [ "^" / "~" / "&gt;=" / "&lt;=" / "&gt;" / "&lt;" / "=" ] partial
 *   partial    = "*" / ( num [ "." xr [ "." xr [ "-" prerelease ] ] ] )     xr = num / "x" / "X" / "*"
 * </pre>
 *
 * <p>What a range contains is what npm's {@code semver} package says, default options: a
 * pre-release only where a comparator of the same set names a pre-release of the same {@code
 * x.y.z}.
 *
 * <p>Limits: a number has at most 9 digits, a version or a range at most {@link
 * org.dxos.dmg.version.Version#MAX_TEXT} octets. Reading is linear in the text.
 *
 * <p>So {@code ^1.2 || ~2.0.1} contains 1.2.0, 1.99.0 and 2.0.7, and neither 1.1.9, 2.1.0 nor
 * 1.3.0-beta:
 *
 * <pre>
 *   Range.parse("^1.2||~2.0.1").contains(Version.parse("1.99.0"))     // true
 *   Range.parse("^1.2||~2.0.1").toString()                            // ^1.2 || ~2.0.1
 * </pre>
 *
 * @see <a href="https://semver.org/spec/v2.0.0.html">Semantic Versioning 2.0.0</a>
 * @see <a href="https://github.com/npm/node-semver#ranges">npm's ranges</a>
 */
@NullMarked
package org.dxos.dmg.version;

import org.jspecify.annotations.NullMarked;
