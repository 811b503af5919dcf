@org.jspecify.annotations.NullMarked
package org.dxos.dmg.sync.link;
