/**
 * A simulator of nodes that federate: the real sync, admission and trust code over a clock, a
 * network, disks and randomness that are simulated, with nodes that crash, links that part, and
 * peers that lie.
 *
 * <p>When to use: after each change of what nodes believe or exchange. {@link
 * org.dxos.dmg.conformance.sim.Simulator} runs many seeds; a seed that fails is named with the
 * command that repeats it, and gives the same trace each time.
 *
 * <p>What has to hold in the end, when faults have ended and honest nodes have exchanged what they
 * have: nothing acknowledged is lost; nothing that was forged is visible anywhere; of a name and
 * version there is one release; what is local to one node is at no other; every honest node has the
 * same root, and knows every fork. At any time: a block with a flipped bit is named and never
 * served, and comes right wherever another node has it; statements that were handed in at once are
 * in one head, or none of them is acknowledged.
 *
 * <p>What is not simulated: sockets (the tests of the links have real ones), the disk's own
 * corruption, and several statements in one head.
 */
@NullMarked
package org.dxos.dmg.conformance.sim;

import org.jspecify.annotations.NullMarked;
