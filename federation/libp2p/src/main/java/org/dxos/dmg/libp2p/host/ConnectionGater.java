package org.dxos.dmg.libp2p.host;

import java.net.InetSocketAddress;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;

/**
 * Says no, at three points of a connection's beginning. Called from several threads; must not
 * block.
 *
 * <p>Who dials is told GATED where its own gater refuses. Where that of the other end does, the
 * dial has succeeded by then, as the handshake's last message is the dialler's: the connection
 * ends.
 */
public interface ConnectionGater {

  /** Lets everything through. */
  ConnectionGater OPEN = new ConnectionGater() {};

  /** Before anything is sent to {@code address}, which the name of a peer may have many of. */
  default boolean mayDial(PeerId peer, Multiaddr address) {
    return true;
  }

  /** Before anything is read. */
  default boolean mayAccept(InetSocketAddress from) {
    return true;
  }

  /** Once it is certain who is at the other end. */
  default boolean maySecure(PeerId peer, boolean inbound) {
    return true;
  }
}
