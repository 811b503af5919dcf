package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.dxos.dmg.libp2p.noise.NoiseUpgrade;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.wire.Duplex;

/** A scripted peer: it shakes hands as it should, and then sends whatever it likes. */
final class RawPeer implements AutoCloseable {

  private final Identity identity = Identity.generate(Hosts.RANDOM);
  private final Socket socket;
  private final Duplex channel;
  private final Connection attacked;

  RawPeer(Host host) throws Exception {
    socket = connect(host);
    Duplex plain = new TcpDuplex(socket);
    Multistream.propose(plain, List.of(NoiseUpgrade.PROTOCOL));
    channel =
        new NoiseUpgrade(identity, Hosts.RANDOM, List.of("/yamux/1.0.0"))
            .initiate(plain, Optional.of(host.peerId()))
            .channel();
    long end = System.nanoTime() + 5_000_000_000L;
    while (host.connection(identity.peerId()).isEmpty() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    attacked = host.connection(identity.peerId()).orElseThrow();
  }

  static Socket connect(Host host) throws IOException {
    InetSocketAddress to = host.sockets().getFirst();
    return new Socket(to.getAddress(), to.getPort());
  }

  /** A frame's head alone. */
  void head(int type, int flags, int stream, int length) throws IOException {
    channel
        .out()
        .write(
            ByteBuffer.allocate(12)
                .put((byte) 0)
                .put((byte) type)
                .putShort((short) flags)
                .putInt(stream)
                .putInt(length)
                .array());
  }

  void bytes(byte[] bytes) throws IOException {
    channel.out().write(bytes);
  }

  InputStream in() {
    return channel.in();
  }

  /** Reads and forgets, so that the host can write. */
  void drain() {
    Thread.startVirtualThread(
        () -> {
          try {
            channel.in().transferTo(java.io.OutputStream.nullOutputStream());
          } catch (IOException e) {
            // The host broke off, as it should.
          }
        });
  }

  /** Why the host ended this connection; waits ten seconds for it. */
  Libp2pException ended() throws Exception {
    return attacked.end().get(10, TimeUnit.SECONDS);
  }

  Connection attacked() {
    return attacked;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
