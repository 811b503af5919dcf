package org.dxos.dmg.node.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One request and the answer to it, in the words that handlers need. Used by one thread. */
final class Exchange {

  private final Request request;
  private final Response response;
  private final Callback callback;

  Exchange(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
  }

  String method() {
    return request.getMethod();
  }

  /** The path as it came, still percent-encoded. */
  String rawPath() {
    return request.getHttpURI().getPath();
  }

  /** What follows {@code prefix} in the path, percent-decoded once. */
  String pathAfter(String prefix) {
    return decode(rawPath().substring(prefix.length()), false);
  }

  boolean pathStartsWith(String prefix) {
    return rawPath().startsWith(prefix);
  }

  Optional<String> header(HttpHeader header) {
    return Optional.ofNullable(request.getHeaders().get(header));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }

  /** The first value of a query parameter. */
  Optional<String> parameter(String name) {
    return parameters(name).stream().findFirst();
  }

  /** All values of a query parameter, in order. */
  List<String> parameters(String name) {
    List<String> values = new ArrayList<>();
    String query = request.getHttpURI().getQuery();
    if (query == null) {
      return values;
    }
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      if (decode(key, true).equals(name)) {
        values.add(equals < 0 ? "" : decode(pair.substring(equals + 1), true));
      }
    }
    return values;
  }

  /** The body, which may have at most {@code limit} bytes. */
  byte[] body(int limit) throws IOException {
    try (InputStream in = bodyStream()) {
      byte[] body = in.readNBytes(limit + 1);
      if (body.length > limit) {
        throw new FormatException(
            ErrorCode.TOO_LARGE, "read body of `" + rawPath() + "`: more than " + limit + " bytes");
      }
      return body;
    }
  }

  InputStream bodyStream() {
    return Content.Source.asInputStream(request);
  }

  /** True if the request's Accept header names {@code mediaType}, or anything. */
  boolean accepts(String mediaType) {
    String accept = header(HttpHeader.ACCEPT).orElse("*/*");
    for (String part : accept.split(",")) {
      String type = part.split(";")[0].strip();
      if (type.equals(mediaType)
          || type.equals("*/*")
          || type.equals(mediaType.split("/")[0] + "/*")) {
        return true;
      }
    }
    return false;
  }

  HttpFields.Mutable headers() {
    return response.getHeaders();
  }

  Request request() {
    return request;
  }

  Response response() {
    return response;
  }

  Callback callback() {
    return callback;
  }

  void json(int status, Node body) {
    send(status, "application/json", Json.pretty(body).getBytes(StandardCharsets.UTF_8));
  }

  void send(int status, String mediaType, byte[] body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, mediaType);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    boolean head = method().equals("HEAD");
    response.write(true, head ? ByteBuffer.allocate(0) : ByteBuffer.wrap(body), callback);
  }

  private static String decode(String text, boolean plusIsSpace) {
    if (text.indexOf('%') < 0 && (!plusIsSpace || text.indexOf('+') < 0)) {
      return text;
    }
    try {
      byte[] bytes =
          URLDecoder.decode(
                  plusIsSpace ? text : text.replace("+", "%2B"), StandardCharsets.ISO_8859_1)
              .getBytes(StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new FormatException(
          ErrorCode.NAME_SYNTAX, "read path `" + text + "`: bad percent-encoding");
    }
  }
}
