package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerRecord;
import org.dxos.dmg.libp2p.wire.Uvarint;

/** identify and its push: who speaks what, told once on every connection and when it changes. */
final class Identify {

  static final String ASK = "/ipfs/id/1.0.0";
  static final String PUSH = "/ipfs/id/push/1.0.0";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Host host;
  private final AtomicLong sequence;

  Identify(Host host) {
    this.host = host;
    this.sequence = new AtomicLong(host.config().sequence());
  }

  void register() {
    host.handle(
        ASK,
        stream -> {
          stream.connection().countIdentify();
          stream.deadline(PATIENCE);
          tell(stream);
        });
    host.handle(
        PUSH,
        stream -> {
          stream.connection().countIdentify();
          stream.deadline(PATIENCE);
          hear(stream);
        });
  }

  void ask(Connection connection) {
    try (Stream stream = connection.open(ASK)) {
      stream.deadline(PATIENCE);
      stream.closeWrite();
      hear(stream);
    } catch (IOException e) {
      host.log().debug("{} was not identified: {}", connection, e.getMessage());
      connection.notIdentified(e);
    }
  }

  void push() {
    sequence.incrementAndGet();
    for (Connection connection : host.connections()) {
      host.threads().execute(() -> push(connection));
    }
  }

  private void push(Connection connection) {
    try (Stream stream = connection.open(PUSH)) {
      stream.deadline(PATIENCE);
      tell(stream);
    } catch (IOException e) {
      host.log().debug("{} takes no push: {}", connection, e.getMessage());
    }
  }

  private void tell(Stream stream) throws IOException {
    List<Multiaddr> addresses = host.addresses();
    Identified self =
        new Identified(
            host.config().agent(),
            "ipfs/0.1.0",
            host.protocols(),
            addresses,
            Optional.of(stream.connection().remoteAddress()),
            Optional.of(new PeerRecord(host.peerId(), sequence.get(), addresses)));
    stream.out().write(Uvarint.delimited(IdentifyCodec.encode(host.config().identity(), self)));
    stream.closeWrite();
  }

  private void hear(Stream stream) throws Libp2pException, IOException {
    byte[] message = Uvarint.readDelimited(stream.in(), IdentifyCodec.LIMIT);
    Identified said = IdentifyCodec.decode(message, stream.remote());
    host.book().learn(stream.remote(), said);
    stream.connection().identified(said);
  }
}
