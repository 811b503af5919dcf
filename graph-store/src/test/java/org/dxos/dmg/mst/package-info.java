@NullMarked
package org.dxos.dmg.mst;

import org.jspecify.annotations.NullMarked;
