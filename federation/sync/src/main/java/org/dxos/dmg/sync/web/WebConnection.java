package org.dxos.dmg.sync.web;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.SyncException;

/**
 * HTTP/1.1 over TLS, to an address that was looked at and with the certificate of a name. Requests
 * may go ahead of their answers, which come in order. Used by one thread.
 */
final class WebConnection implements AutoCloseable {

  private static final int CONNECT_MILLIS = 6_000;
  private static final int READ_MILLIS = 10_000;
  private static final int MAX_HEAD_BYTES = 16_384;
  private static final int MAX_CHUNK_DIGITS = 8;
  private static final int HEX = 16;

  /** That there is no such thing, or that it is not given out. */
  private static final Set<Integer> NOTHING = Set.of(404, 410, 451);

  private final SSLSocket socket;
  private final InputStream in;
  private final String host;
  private final long until;
  private int head;
  private int answers;
  private boolean lasts = true;

  /**
   * @param until {@link System#nanoTime} after which nothing is read
   */
  WebConnection(SSLSocketFactory tls, InetAddress address, WebAddress place, long until)
      throws IOException {
    this.host = place.authority();
    this.until = until;
    Socket plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(address, place.port()), CONNECT_MILLIS);
      plain.setSoTimeout(READ_MILLIS);
      plain.setTcpNoDelay(true);
      this.socket = (SSLSocket) tls.createSocket(plain, place.host(), place.port(), true);
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      this.in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  /** How many answers came over it. */
  int answers() {
    return answers;
  }

  /** False once the other end has said that it answers nothing more. */
  boolean lasts() {
    return lasts;
  }

  void ask(String path) throws IOException {
    String request =
        "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: dmg\r\nAccept: */*\r\n\r\n"
            .formatted(path, host);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * The next answer; empty if there is nothing.
   *
   * @param most bytes of it
   * @throws SyncException if it is no answer to a plain question, as when it leads elsewhere
   */
  Optional<byte[]> answer(int most) throws IOException {
    head = 0;
    String[] status = line().split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("[0-9]{3}")) {
      throw refused("no HTTP/1.1");
    }
    int code = Integer.parseInt(status[1]);
    Map<String, String> headers = headers();
    byte[] body = body(headers, most);
    answers++;
    lasts &= !headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).contains("close");
    if (NOTHING.contains(code)) {
      return Optional.empty();
    }
    if (code != 200) {
      throw refused("status " + code + (code / 100 == 3 ? ", and nothing is followed" : ""));
    }
    return Optional.of(body);
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw refused("a header without a name");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private byte[] body(Map<String, String> headers, int most) throws IOException {
    if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = chunk(); size > 0; size = chunk()) {
        requireFits((long) body.size() + size, most);
        body.writeBytes(bytes(size));
        if (!line().isEmpty()) {
          throw refused("a chunk that goes on after its end");
        }
      }
      Map<String, String> unused = headers(); // what follows the last one
      return body.toByteArray();
    }
    String length = headers.getOrDefault("content-length", "");
    if (headers.containsKey("transfer-encoding") || !length.matches("[0-9]{1,10}")) {
      throw refused("a body whose length is not said");
    }
    requireFits(Long.parseLong(length), most);
    return bytes(Integer.parseInt(length));
  }

  private int chunk() throws IOException {
    String line = line();
    String digits = line.contains(";") ? line.substring(0, line.indexOf(';')).strip() : line;
    if (!digits.matches("[0-9a-fA-F]{1," + (MAX_CHUNK_DIGITS - 1) + "}")) {
      throw refused("a chunk without a length");
    }
    return Integer.parseInt(digits, HEX);
  }

  private void requireFits(long length, int most) {
    if (length > most) {
      throw new SyncException(
          ErrorCode.TOO_LARGE, "read answer of `" + host + "`: more than " + most + " bytes", "");
    }
  }

  private byte[] bytes(int length) throws IOException {
    byte[] bytes = new byte[length];
    for (int at = 0; at < length; ) {
      requireTime();
      int count = in.read(bytes, at, length - at);
      if (count < 0) {
        throw new EOFException("`" + host + "` closed within an answer");
      }
      at += count;
    }
    return bytes;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = next(); next != '\n'; next = next()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private int next() throws IOException {
    requireTime();
    int next = in.read();
    if (next < 0) {
      throw new EOFException("`" + host + "` closed within an answer");
    }
    if (++head > MAX_HEAD_BYTES) {
      throw refused("a head of more than " + MAX_HEAD_BYTES + " bytes");
    }
    return next;
  }

  private void requireTime() throws IOException {
    if (System.nanoTime() - until >= 0) {
      throw new IOException(
          "`" + host + "` took more time than there is; it is gone on with later");
    }
  }

  private SyncException refused(String what) {
    return new SyncException(ErrorCode.SYNC_PROTOCOL, "read answer of `" + host + "`: " + what, "");
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
