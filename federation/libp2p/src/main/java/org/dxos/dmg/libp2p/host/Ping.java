package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.peer.PeerId;

/** {@code /ipfs/ping/1.0.0}: 32 bytes, echoed. */
final class Ping {

  static final String PROTOCOL = "/ipfs/ping/1.0.0";
  private static final int SIZE = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Ping() {}

  static void register(Host host) {
    host.handle(
        PROTOCOL,
        stream -> {
          byte[] bytes = new byte[SIZE];
          stream.deadline(PATIENCE);
          while (stream.in().readNBytes(bytes, 0, SIZE) == SIZE) {
            stream.out().write(bytes);
            stream.deadline(PATIENCE);
          }
        });
  }

  static Duration once(Host host, PeerId peer) throws IOException {
    try (Stream stream = host.connect(peer).presume(PROTOCOL)) {
      stream.deadline(PATIENCE);
      byte[] sent = new byte[SIZE];
      host.config().random().nextBytes(sent);
      long before = host.config().nanos().getAsLong();
      stream.out().write(sent);
      byte[] got = stream.in().readNBytes(SIZE);
      long took = host.config().nanos().getAsLong() - before;
      if (!Arrays.equals(sent, got)) {
        throw new Libp2pException(Reason.PROTOCOL_VIOLATION, "ping: other bytes came back");
      }
      return Duration.ofNanos(took);
    }
  }
}
