package org.dxos.dmg.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.node.http.HttpServer;

/** One request over a socket, byte by byte: a client library would tidy up what is tested. */
final class RawHttp {

  private RawHttp() {}

  record Answer(int status, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    Map<String, Node> json() {
      return ((Node.Map) Json.parse(body)).entries();
    }

    String field(String name) {
      return json().get(name) instanceof Node.Text text ? text.value() : "" + json().get(name);
    }

    Answer problem(int status, String code) {
      assertEquals(status, this.status, this::text);
      assertEquals("application/problem+json", headers.get("content-type"));
      assertEquals(code, field("code"), this::text);
      assertEquals(new Node.Int(status), json().get("status"));
      assertFalse(field("title").isEmpty() || field("detail").isEmpty());
      return this;
    }
  }

  static Answer send(HttpServer server, byte[] request) throws IOException {
    URI url = URI.create(server.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      try {
        out.write(request);
        out.flush();
      } catch (IOException e) {
        // A server that refuses a body does not wait for all of it; what it answered can be read.
      }
      return read(socket.getInputStream(), request);
    }
  }

  private static Answer read(InputStream in, byte[] request) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int one = in.read();
      if (one < 0) {
        throw new IOException("closed after " + head);
      }
      head.write(one);
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n");
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    int status = Integer.parseInt(lines[0].split(" ")[1]);
    boolean bodiless =
        status == 304 || new String(request, StandardCharsets.ISO_8859_1).startsWith("HEAD ");
    byte[] body =
        bodiless
            ? new byte[0]
            : headers.containsKey("content-length")
                ? in.readNBytes(Integer.parseInt(headers.get("content-length")))
                : in.readAllBytes();
    return new Answer(status, headers, body);
  }

  static Answer request(
      HttpServer server, String method, String path, byte[] body, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    if (List.of(headers).stream().noneMatch(one -> one.startsWith("Host:"))) {
      head.append("Host: ").append(server.url().substring("http://".length())).append("\r\n");
    }
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("Connection: close\r\n");
    if (body.length > 0 || method.equals("POST") || method.equals("PUT")) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    all.write(body);
    return send(server, all.toByteArray());
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
