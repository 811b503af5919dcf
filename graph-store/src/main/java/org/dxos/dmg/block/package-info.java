/** Blocks: immutable bytes named by their CID, and where they are kept. */
@NullMarked
package org.dxos.dmg.block;

import org.jspecify.annotations.NullMarked;
