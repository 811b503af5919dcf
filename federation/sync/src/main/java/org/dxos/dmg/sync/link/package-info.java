/**
 * Links between nodes: how two come to know each other, and what runs between them.
 *
 * <p>{@link org.dxos.dmg.sync.link.Links} keeps who is linked and which invitations are open;
 * {@link org.dxos.dmg.sync.link.Federation} serves {@code /dmg/sync/1.0.0} to those who are linked,
 * keeps a connection to each of them, tells them at once what is new here, and asks them again and
 * again what differs. A stranger is answered one request alone: that he takes an invitation.
 */
@NullMarked
package org.dxos.dmg.sync.link;

import org.jspecify.annotations.NullMarked;
