/** What a place in the web may do to who reads it. */
@NullMarked
package org.dxos.dmg.sync.web;

import org.jspecify.annotations.NullMarked;
