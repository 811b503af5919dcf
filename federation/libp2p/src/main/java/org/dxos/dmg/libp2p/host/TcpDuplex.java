package org.dxos.dmg.libp2p.host;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import org.dxos.dmg.libp2p.wire.Duplex;

/** A socket as two streams of bytes. */
final class TcpDuplex implements Duplex {

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  TcpDuplex(Socket socket, Traffic traffic) throws IOException {
    socket.setTcpNoDelay(true);
    this.socket = socket;
    // Small: large reads go past it, and an idle connection holds it.
    this.in = new BufferedInputStream(traffic.counted(socket.getInputStream()), 2_048);
    this.out = traffic.counted(socket.getOutputStream());
  }

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public OutputStream out() {
    return out;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
