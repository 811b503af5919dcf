package org.dxos.dmg.libp2p.host;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.dxos.dmg.libp2p.peer.PeerId;

/**
 * {@code /perf/1.0.0}: eight bytes that say how much is wanted, an upload to its end, the download.
 */
public final class Perf {

  static final String PROTOCOL = "/perf/1.0.0";
  private static final int CHUNK = 65_507;

  /** How long each direction took; the download is counted from the end of the upload. */
  public record Result(Duration upload, Duration download) {}

  private Perf() {}

  static void register(Host host) {
    host.handle(
        PROTOCOL,
        stream -> {
          byte[] head = stream.in().readNBytes(8);
          if (head.length < 8) {
            throw new EOFException("perf: no head");
          }
          byte[] chunk = new byte[CHUNK];
          while (stream.in().read(chunk) >= 0) {
            // Only the amount counts.
          }
          send(stream, ByteBuffer.wrap(head).getLong(), chunk);
        });
  }

  static Result measure(Host host, PeerId peer, long upload, long download) throws IOException {
    try (Stream stream = host.open(peer, PROTOCOL)) {
      byte[] chunk = new byte[CHUNK];
      long begun = host.config().nanos().getAsLong();
      stream.out().write(ByteBuffer.allocate(8).putLong(download).array());
      send(stream, upload, chunk);
      stream.closeWrite();
      long sent = host.config().nanos().getAsLong();
      long got = 0;
      for (int n = stream.in().read(chunk); n >= 0; n = stream.in().read(chunk)) {
        got += n;
      }
      if (got != download) {
        throw new EOFException("perf: " + got + " of " + download + " bytes came");
      }
      long end = host.config().nanos().getAsLong();
      return new Result(Duration.ofNanos(sent - begun), Duration.ofNanos(end - sent));
    }
  }

  private static void send(Stream stream, long bytes, byte[] chunk) throws IOException {
    for (long left = bytes; left > 0; left -= Math.min(left, chunk.length)) {
      stream.out().write(chunk, 0, (int) Math.min(left, chunk.length));
    }
  }
}
