@org.jspecify.annotations.NullMarked
package org.dxos.dmg.node;
