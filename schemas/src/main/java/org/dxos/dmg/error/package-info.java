/**
 * How failures are told, by every module in one way: a code from one closed list, a message that
 * says operation, subject and found against expected, and the next step as a hint.
 *
 * <p>Each module has its own exceptions; all of them implement {@link
 * org.dxos.dmg.error.Explained}, which is what the command line and the HTTP layer render.
 */
@NullMarked
package org.dxos.dmg.error;

import org.jspecify.annotations.NullMarked;
