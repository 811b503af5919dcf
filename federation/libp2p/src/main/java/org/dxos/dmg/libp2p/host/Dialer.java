package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Component;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.ConnectionShare;

/**
 * Tries a peer's addresses one after the other, for no longer than four attempts may take: a peer
 * that names many places where nobody answers keeps its callers no longer than that.
 */
final class Dialer {

  private static final int MAX_ADDRESSES = 16;
  private static final int ATTEMPTS = 4;

  /**
   * Where to go.
   *
   * @param trusted given by the owner of the host rather than learnt from a peer
   */
  record Target(Multiaddr address, boolean trusted) {}

  private final Host host;

  Dialer(Host host) {
    this.host = host;
  }

  Connection dial(PeerId peer, List<Target> targets) throws IOException {
    Libp2pException failure =
        new Libp2pException(
            Reason.UNREACHABLE, "dial: no address of " + peer + " is known that can be dialled");
    long until = host.nanos() + ATTEMPTS * host.config().dial().toNanos();
    for (Target target : targets.subList(0, Math.min(MAX_ADDRESSES, targets.size()))) {
      if (host.nanos() - until >= 0) {
        throw new Libp2pException(
            Reason.TIMEOUT,
            "dial: " + peer + " was not reached in time; last: " + failure.getMessage());
      }
      if (target.address().tcpPort().isEmpty()) {
        continue;
      }
      if (!host.config().gater().mayDial(peer, target.address())) {
        throw new Libp2pException(Reason.GATED, "the gater refused to dial " + target.address());
      }
      try {
        return dial(peer, target, until);
      } catch (Libp2pException e) {
        if (e.reason() == Reason.RESOURCE_LIMIT || e.reason() == Reason.GATED) {
          throw e;
        }
        failure = e;
      } catch (IOException e) {
        failure =
            new Libp2pException(
                Reason.UNREACHABLE, "dial: " + target.address() + ": " + e.getMessage(), e);
      }
    }
    throw failure;
  }

  private Connection dial(PeerId peer, Target target, long until) throws IOException {
    IOException failure = new UnknownHostException("no address that may be dialled");
    for (InetAddress address : resolve(target)) {
      // What a name resolves to is looked at and dialled, so a second answer cannot lead elsewhere.
      if (!target.trusted() && !host.config().dialPrivate() && !Reachable.isPublic(address)) {
        continue;
      }
      if (host.nanos() - until >= 0) {
        break; // a name may have any number of addresses
      }
      ConnectionShare share = host.resources().openOutbound();
      Socket socket = new Socket();
      long begun = host.nanos();
      try {
        int port = target.address().tcpPort().orElseThrow();
        socket.connect(new InetSocketAddress(address, port), (int) host.config().dial().toMillis());
        Duration left = host.config().dial().minusNanos(host.nanos() - begun);
        return host.dialed(
            new TcpDuplex(socket, host.traffic()), target.address(), peer, share, left);
      } catch (IOException e) {
        share.close();
        socket.close();
        failure = e;
      } catch (RuntimeException | Error e) {
        share.close();
        socket.close();
        throw e;
      }
    }
    throw failure;
  }

  private static List<InetAddress> resolve(Target target) throws IOException {
    Component place = target.address().parts().getFirst();
    List<InetAddress> found = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(place.value())) {
      int size = address.getAddress().length;
      boolean wanted =
          switch (place.protocol()) {
            case DNS4 -> size == 4;
            case DNS6 -> size == 16;
            default -> true;
          };
      if (wanted) {
        found.add(address);
      }
    }
    return found;
  }
}
