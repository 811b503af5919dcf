/**
 * What holds a node to its contract from outside: command scripts, a crash driver, benchmarks. Each
 * is a program with a main method; {@code conformance/bench} and {@code conformance/crash} start
 * them.
 */
@NullMarked
package org.dxos.dmg.conformance;

import org.jspecify.annotations.NullMarked;
