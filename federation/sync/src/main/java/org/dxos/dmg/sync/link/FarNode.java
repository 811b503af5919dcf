package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.multiaddr.Component;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.multiaddr.Protocol;
import org.dxos.dmg.libp2p.peer.PeerId;
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

  /** Addresses of one name that are tried. */
  private static final int MAX_ADDRESSES = 4;

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
    if (text.startsWith("https:")) {
      throw new SyncException(
          ErrorCode.UNSUPPORTED,
          "ask node `" + text + "`: this version takes authorities over libp2p alone",
          "let the domain name a multiaddr, as /dns4/node.example.com/tcp/4071/p2p/12D3KooW…");
    }
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
    List<Multiaddr> good = new ArrayList<>();
    for (InetAddress one : found) {
      boolean wanted =
          switch (place.protocol()) {
            case DNS4 -> one.getAddress().length == 4;
            case DNS6 -> one.getAddress().length == 16;
            default -> true;
          };
      if (wanted && good.size() < MAX_ADDRESSES && directions.mayDial(one)) {
        good.add(Multiaddr.ofSocket(new InetSocketAddress(one, port)));
      }
    }
    if (good.isEmpty()) {
      throw new SyncException(
          ErrorCode.POLICY_DENIED,
          "dial node `%s`: it leads to %s, which a domain may not make this node dial"
              .formatted(
                  address,
                  found.isEmpty()
                      ? "nowhere"
                      : "`"
                          + String.join(
                              "`, `", found.stream().map(InetAddress::getHostAddress).toList())
                          + "`"),
          "if it is one of your own networks, list that in `pullNetworks` of policy.json");
    }
    return good.toArray(Multiaddr[]::new);
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
