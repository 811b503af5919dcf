package org.dxos.dmg.libp2p.host;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.peer.PeerRecord;

/** Addresses learnt from peers, the least recently renewed forgotten first. */
final class AddressBook {

  private static final int PEERS = 1_024;
  private static final int ADDRESSES = 16;

  private record Entry(long sequence, List<Multiaddr> addresses) {}

  private final Map<PeerId, Entry> entries = new LinkedHashMap<>();

  /** Takes what a peer says of itself; an older signed record never replaces a newer one. */
  synchronized void learn(PeerId peer, Identified said) {
    Entry before = entries.getOrDefault(peer, new Entry(-1, List.of()));
    long sequence = said.record().map(PeerRecord::sequence).orElse(-1L);
    if (sequence < before.sequence) {
      return;
    }
    List<Multiaddr> addresses =
        said.record().map(PeerRecord::addresses).orElse(said.addresses()).stream()
            .map(Multiaddr::withoutPeer)
            .filter(address -> address.tcpPort().isPresent())
            .limit(ADDRESSES)
            .toList();
    entries.remove(peer);
    entries.put(peer, new Entry(sequence, addresses));
    if (entries.size() > PEERS) {
      entries.remove(entries.keySet().iterator().next());
    }
  }

  synchronized List<Multiaddr> known(PeerId peer) {
    return entries.getOrDefault(peer, new Entry(-1, List.of())).addresses();
  }
}
