package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.resource.ConnectionShare;

/** One listening socket; what it accepts is counted by neighbourhood before a byte is read. */
final class Listener implements AutoCloseable {

  private final Host host;
  private final ServerSocket server;

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
    // An error too, of a gater or for want of memory, must not end the listening.
    try {
      if (!host.config().gater().mayAccept(from)) {
        throw new Libp2pException(Reason.GATED, "the gater refused " + from);
      }
      host.neighbourhoods().enter(neighbourhood);
      entered = true;
      ConnectionShare share = host.pendingInbound();
      if (!host.begin(() -> upgrade(socket, from, share, neighbourhood))) {
        share.close();
        throw new Libp2pException(Reason.CLOSED, "the host is closed");
      }
    } catch (IOException | RuntimeException | Error e) {
      broken(e);
      host.log().debug("refused {}: {}", from, e.getMessage());
      if (entered) {
        host.neighbourhoods().leave(neighbourhood);
      }
      shut(socket);
    }
  }

  private void upgrade(
      Socket socket, InetSocketAddress from, ConnectionShare share, String neighbourhood) {
    try {
      Connection connection =
          host.accepted(new TcpDuplex(socket, host.traffic()), Multiaddr.ofSocket(from), share);
      var unused = connection.end().thenRun(() -> host.neighbourhoods().leave(neighbourhood));
    } catch (IOException | RuntimeException | Error e) {
      broken(e);
      host.log().debug("{} was not upgraded: {}", from, e.getMessage());
      share.close();
      host.neighbourhoods().leave(neighbourhood);
      shut(socket);
    }
  }

  private void broken(Throwable e) {
    if (!(e instanceof IOException)) {
      host.log().warn("a connection was given up on a fault of ours", e);
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
