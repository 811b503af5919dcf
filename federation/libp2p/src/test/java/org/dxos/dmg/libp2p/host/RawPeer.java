package org.dxos.dmg.libp2p.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.dxos.dmg.libp2p.noise.NoiseUpgrade;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.dxos.dmg.libp2p.wire.Uvarint;

/** A scripted peer: it shakes hands as it should, and then sends whatever it likes. */
final class RawPeer implements AutoCloseable {

  private final Identity identity;
  private final Socket socket;
  private final Duplex channel;
  private Optional<Connection> attacked = Optional.empty();
  private final Host host;

  RawPeer(Host host) throws Exception {
    this(host, connect(host));
    attacked = Optional.of(attacked());
  }

  /** Shakes hands over a socket that is open. */
  RawPeer(Host host, Socket socket) throws Exception {
    this(host, socket, Identity.generate(Hosts.RANDOM));
  }

  RawPeer(Host host, Socket socket, Identity identity) throws Exception {
    this.host = host;
    this.identity = identity;
    this.socket = socket;
    Duplex plain = new TcpDuplex(socket, new Traffic());
    Multistream.propose(plain, List.of(NoiseUpgrade.PROTOCOL));
    channel =
        new NoiseUpgrade(identity, Hosts.RANDOM, List.of("/yamux/1.0.0"))
            .initiate(plain, Optional.of(host.peerId()))
            .channel();
  }

  static Socket connect(Host host) throws IOException {
    InetSocketAddress to = host.sockets().getFirst();
    return new Socket(to.getAddress(), to.getPort());
  }

  /** From another of the loopback addresses 127.0.0.0/8, as if from another machine. */
  static Socket connect(Host host, int machine) throws IOException {
    InetSocketAddress to = host.sockets().getFirst();
    InetAddress from =
        InetAddress.getByAddress(
            new byte[] {127, 1, (byte) (machine >> 8), (byte) (machine & 0xff)});
    return new Socket(to.getAddress(), to.getPort(), from, 0);
  }

  /** Opens a stream and agrees on a protocol, unread. */
  void open(int stream, String protocol) throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(Uvarint.delimited("/multistream/1.0.0\n".getBytes(StandardCharsets.UTF_8)));
    both.writeBytes(Uvarint.delimited((protocol + "\n").getBytes(StandardCharsets.UTF_8)));
    byte[] lines = both.toByteArray();
    head(0, 1, stream, lines.length);
    bytes(lines);
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

  /** Reads on, and tells of the head of each frame that comes. */
  void drain(Consumer<byte[]> heads) {
    Thread.startVirtualThread(
        () -> {
          try {
            byte[] head = channel.in().readNBytes(12);
            while (head.length == 12) {
              heads.accept(head);
              channel.in().skipNBytes(head[1] == 0 ? ByteBuffer.wrap(head).getInt(8) : 0);
              head = channel.in().readNBytes(12);
            }
          } catch (IOException e) {
            // The host broke off, as it should.
          }
        });
  }

  /** Why the host ended this connection; waits ten seconds for it. */
  Libp2pException ended() throws Exception {
    return attacked().end().get(10, TimeUnit.SECONDS);
  }

  /** The host's end, once it has it. */
  Connection attacked() throws Exception {
    if (attacked.isEmpty()) {
      Hosts.await("the host has it", () -> host.connection(identity.peerId()).isPresent());
      attacked = host.connection(identity.peerId());
    }
    return attacked.orElseThrow();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
