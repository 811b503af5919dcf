package org.dxos.dmg.libp2p.host;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerRecord;

/**
 * What a peer says of itself; only the record is proven, and only its addresses are proven its own.
 *
 * @param observed our address as the peer sees it
 * @param record signed by the peer; absent if it sent none
 */
public record Identified(
    String agent,
    String protocolVersion,
    List<String> protocols,
    List<Multiaddr> addresses,
    Optional<Multiaddr> observed,
    Optional<PeerRecord> record) {

  public Identified {
    protocols = List.copyOf(protocols);
    addresses = List.copyOf(addresses);
  }
}
