package org.dxos.dmg.libp2p.host;

import java.net.InetSocketAddress;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;

/** Says no, at three points of a connection's beginning. Must not block. */
public interface ConnectionGater {

  /** Lets everything through. */
  ConnectionGater OPEN = new ConnectionGater() {};

  /** Before anything is sent. */
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
