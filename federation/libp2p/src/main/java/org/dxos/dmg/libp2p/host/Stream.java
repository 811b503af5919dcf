package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.dxos.dmg.libp2p.yamux.YamuxStream;

/** A stream that agreed on a protocol. */
public final class Stream implements Duplex {

  private final YamuxStream stream;
  private final Connection connection;
  private final String protocol;

  Stream(YamuxStream stream, Connection connection, String protocol) {
    this.stream = stream;
    this.connection = connection;
    this.protocol = protocol;
  }

  /** The protocol that both ends agreed on. */
  public String protocol() {
    return protocol;
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
    return stream.in();
  }

  @Override
  public OutputStream out() {
    return stream.out();
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
    stream.closeWrite();
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
    stream.close();
  }
}
