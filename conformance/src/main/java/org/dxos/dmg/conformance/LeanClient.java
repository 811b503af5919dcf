package org.dxos.dmg.conformance;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One HTTP connection that is kept open, for requests that were written out before: what a load
 * tool takes of the cores is not the node's. Used by one thread.
 */
final class LeanClient implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;

  LeanClient(URI url) throws IOException {
    this.socket = new Socket(url.getHost(), url.getPort());
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** A POST as it goes over the wire. */
  static byte[] post(URI url, String path, String type, byte[] body) {
    byte[] head =
        ("POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(path, url.getHost(), url.getPort(), type, body.length))
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  /** A GET as it goes over the wire. */
  static byte[] get(URI url, String path) {
    return "GET %s HTTP/1.1\r\nHost: %s:%d\r\n\r\n"
        .formatted(path, url.getHost(), url.getPort())
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends a request and reads its answer; the status of it. */
  int send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    String status = line();
    int length = 0;
    for (String line = line(); !line.isEmpty(); line = line()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring("content-length:".length()).strip());
      }
    }
    in.skipNBytes(length);
    return Integer.parseInt(status.split(" ")[1]);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection was closed within an answer");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
