package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.dxos.dmg.libp2p.yamux.YamuxStream;

/** A stream that agreed on a protocol, or goes on as if it had. */
public final class Stream implements Duplex {

  private final YamuxStream stream;
  private final Connection connection;
  private final String protocol;
  private final Optional<Presumption> presumed;

  Stream(YamuxStream stream, Connection connection, String protocol) {
    this(stream, connection, protocol, Optional.empty());
  }

  Stream(
      YamuxStream stream, Connection connection, String protocol, Optional<Presumption> presumed) {
    this.stream = stream;
    this.connection = connection;
    this.protocol = protocol;
    this.presumed = presumed;
  }

  /** The protocol that both ends agreed on, or will. */
  public String protocol() {
    return protocol;
  }

  /**
   * True once the other end has agreed: always, unless the stream came from {@link
   * Connection#presume} and nothing was read yet. One that fails before has brought nothing, and
   * what was said on it can be said again on a stream of {@link Connection#open}.
   */
  public boolean agreed() {
    return presumed.isEmpty() || presumed.get().agreed();
  }

  public Connection connection() {
    return connection;
  }

  /** Who is at the other end; proven by the connection. */
  public PeerId remote() {
    return connection.remote();
  }

  @Override
  public InputStream in() {
    return presumed.map(Presumption::in).orElseGet(stream::in);
  }

  @Override
  public OutputStream out() {
    return presumed.map(Presumption::out).orElseGet(stream::out);
  }

  /** From now on: after that time every read and write fails with TIMEOUT. */
  public void deadline(Duration fromNow) {
    stream.deadline(fromNow);
  }

  /** No deadline any more. */
  public void noDeadline() {
    stream.noDeadline();
  }

  /**
   * Accounts for memory that a handler is about to spend on this stream's behalf.
   *
   * @return false if its connection, its peer or the host has no more; {@link #free} gives it back
   */
  public boolean reserve(int bytes) {
    return connection.share().memory(bytes);
  }

  /** What {@link #reserve} took is free. */
  public void free(int bytes) {
    boolean unused = connection.share().memory(-(long) bytes);
  }

  /** Ends our direction; the other end's stays open. */
  public void closeWrite() throws IOException {
    finish(new byte[0], 0, 0);
  }

  /** Writes the last bytes and ends our direction, in one frame if they fit into one. */
  public void finish(byte[] bytes, int from, int length) throws IOException {
    if (presumed.isPresent()) {
      presumed.get().finish(bytes, from, length);
    } else {
      stream.finish(bytes, from, length);
    }
  }

  /** Breaks off both directions at both ends; what was not yet read is lost. */
  public void reset() {
    stream.reset();
  }

  /**
   * Ends both directions in good order: what was written arrives, what still comes is thrown away.
   * Does not wait.
   */
  @Override
  public void close() {
    try {
      closeWrite();
    } catch (IOException e) {
      stream.reset();
    }
    stream.close();
  }
}
