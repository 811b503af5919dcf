/**
 * The command {@code dmg}: one class a command, words for people on standard error, answers on
 * standard output.
 *
 * <p>{@link org.dxos.dmg.cli.Main} is the way in. A command says what it did, what it found against
 * what it expected, and what to do next; with {@code --json} it prints one JSON value instead. Exit
 * codes: 0 done, 1 failed, 2 usage, 3 not found, 4 conflict, 5 not trusted or not verified, 6
 * unsatisfiable, 7 unreachable.
 */
@NullMarked
package org.dxos.dmg.cli;

import org.jspecify.annotations.NullMarked;
