/**
 * Authorities in a file: all that another registry needs to hold them, without a network between
 * the two.
 *
 * <p>The file is a CAR, version 1. Its only root, its first block, lists what to hold:
 *
 * <pre>
 *   {type: "dmg/export/1", logs: [{genesis: id, items: [env]}]}     ; by genesis; items oldest first
 * </pre>
 *
 * <p>After it come, for each item in order, the blocks that it brings: of a head the statements it
 * adds with their records, files and bundles; then body and envelope. The trees are left out, as
 * whoever takes the heads makes them anew. Nothing in the file is believed: it is learned like what
 * any stranger sends.
 */
@NullMarked
package org.dxos.dmg.carry;

import org.jspecify.annotations.NullMarked;
