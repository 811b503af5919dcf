package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.resource.ConnectionShare;
import org.dxos.dmg.libp2p.yamux.Rate;

/** One listening socket; what it accepts is counted by neighbourhood before a byte is read. */
final class Listener implements AutoCloseable {

  private static final int MAX_NEIGHBOURHOODS = 4_096;

  private static final class Neighbourhood {
    final Rate rate;
    int open;

    Neighbourhood(Rate rate) {
      this.rate = rate;
    }
  }

  private final Host host;
  private final ServerSocket server;
  private final Map<String, Neighbourhood> neighbourhoods = new HashMap<>();

  Listener(Host host, InetAddress address, int port) throws IOException {
    this.host = host;
    this.server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(address, port), 512);
  }

  InetSocketAddress socketAddress() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  void run() {
    while (!server.isClosed()) {
      Socket socket;
      try {
        socket = server.accept();
      } catch (IOException e) {
        if (!server.isClosed()) {
          host.log().warn("accepting failed: {}", e.toString());
          // Out of descriptors, most likely: give what is open time to end.
          java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
        }
        continue;
      }
      accept(socket);
    }
  }

  private void accept(Socket socket) {
    InetSocketAddress from = (InetSocketAddress) socket.getRemoteSocketAddress();
    String neighbourhood = Reachable.neighbourhood(from.getAddress());
    boolean entered = false;
    try {
      if (!host.config().gater().mayAccept(from)) {
        throw new Libp2pException(Reason.GATED, "the gater refused " + from);
      }
      enter(neighbourhood);
      entered = true;
      ConnectionShare share = host.resources().pending();
      host.threads().execute(() -> upgrade(socket, from, share, neighbourhood));
    } catch (IOException | RuntimeException e) {
      host.log().debug("refused {}: {}", from, e.getMessage());
      if (entered) {
        leave(neighbourhood);
      }
      shut(socket);
    }
  }

  private void upgrade(
      Socket socket, InetSocketAddress from, ConnectionShare share, String neighbourhood) {
    try {
      Connection connection = host.accepted(new TcpDuplex(socket), Multiaddr.ofSocket(from), share);
      var unused = connection.end().thenRun(() -> leave(neighbourhood));
    } catch (IOException | RuntimeException e) {
      host.log().debug("{} was not upgraded: {}", from, e.getMessage());
      share.close();
      leave(neighbourhood);
      shut(socket);
    }
  }

  private void enter(String name) throws Libp2pException {
    synchronized (neighbourhoods) {
      long now = host.config().nanos().getAsLong();
      if (neighbourhoods.size() >= MAX_NEIGHBOURHOODS) {
        neighbourhoods.values().removeIf(n -> n.open == 0 && n.rate.full(now));
      }
      int perSecond = host.config().limits().perAddressRate();
      Neighbourhood neighbourhood =
          neighbourhoods.computeIfAbsent(
              name, key -> new Neighbourhood(new Rate(perSecond, 3.0 * perSecond, now)));
      if (neighbourhood.open >= host.config().limits().perAddress()) {
        throw new Libp2pException(
            Reason.RESOURCE_LIMIT, neighbourhood.open + " connections from one address are open");
      }
      if (!neighbourhood.rate.take(now)) {
        throw new Libp2pException(
            Reason.FLOOD, "more than " + perSecond + " connections a second from one address");
      }
      neighbourhood.open++;
    }
  }

  private void leave(String name) {
    synchronized (neighbourhoods) {
      Neighbourhood neighbourhood = neighbourhoods.get(name);
      if (neighbourhood != null) {
        neighbourhood.open--;
      }
    }
  }

  private static void shut(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      host.log().warn("a listening socket did not close: {}", e.toString());
    }
  }
}
