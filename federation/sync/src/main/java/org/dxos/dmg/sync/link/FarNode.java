package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.multiaddr.Component;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.multiaddr.Protocol;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.sync.pull.Dialled;
import org.dxos.dmg.sync.pull.Directions;
import org.dxos.dmg.sync.pull.Source;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.SyncException;

/**
 * A node that is known from a domain alone. Its name is resolved once, what comes of it is looked
 * at, and only addresses that were found good are dialled: no second answer can lead elsewhere.
 */
final class FarNode implements Source {

  private final Host host;
  private final Directions directions;
  private final Multiaddr address;
  private final Quota quota;
  private final Duration patience;

  /**
   * @throws SyncException if the address is none that is understood
   */
  FarNode(Host host, Directions directions, String address, Quota quota, Duration patience) {
    this.host = host;
    this.directions = directions;
    this.quota = quota;
    this.patience = patience;
    this.address = parse(address);
  }

  private static Multiaddr parse(String text) {
    try {
      Multiaddr address = Multiaddr.parse(text);
      if (address.tcpPort().isPresent() && address.value(Protocol.P2P).isPresent()) {
        return address;
      }
    } catch (IOException e) {
      throw new SyncException(
          ErrorCode.UNREACHABLE, "read node `" + text + "`: " + e.getMessage(), "", e);
    }
    throw new SyncException(
        ErrorCode.UNREACHABLE,
        "read node `" + text + "`: expected an address of TCP that ends in /p2p/…",
        "");
  }

  @Override
  public String name() {
    return address.toString();
  }

  @Override
  public Remote remote() throws IOException {
    PeerId peer = PeerId.parse(address.value(Protocol.P2P).orElseThrow());
    return new PeerRemote(host.connect(peer, checked()), patience);
  }

  /** The addresses behind a name that may be dialled, as numbers. */
  private Multiaddr[] checked() throws IOException {
    Component place = address.parts().getFirst();
    int port = address.tcpPort().orElseThrow();
    List<InetAddress> found =
        switch (place.protocol()) {
          case IP4, IP6 -> List.of(InetAddress.ofLiteral(place.value()));
          default -> directions.resolve(place.value());
        };
    List<InetAddress> wanted =
        found.stream()
            .filter(
                one ->
                    switch (place.protocol()) {
                      case DNS4 -> one.getAddress().length == 4;
                      case DNS6 -> one.getAddress().length == 16;
                      default -> true;
                    })
            .toList();
    return Dialled.of(directions, address.toString(), wanted).stream()
        .map(one -> Multiaddr.ofSocket(new InetSocketAddress(one, port)))
        .toArray(Multiaddr[]::new);
  }

  @Override
  public Quota quota() {
    return quota;
  }

  @Override
  public Optional<String> address() {
    return Optional.of(address.toString());
  }
}
