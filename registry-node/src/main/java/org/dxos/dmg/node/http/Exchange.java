package org.dxos.dmg.node.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  /**
   * Bytes beyond a limit that are read and thrown away: who is still sending when the connection is
   * closed does not see why.
   */
  private static final int COURTESY = 1024 * 1024;

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final String below;

  Exchange(Request request, Response response, Callback callback) {
    this(request, response, callback, "");
  }

  private Exchange(Request request, Response response, Callback callback, String below) {
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.below = below;
  }

  /** The same, as those see it who serve what lies below a path. */
  Exchange below(String path) {
    return new Exchange(request, response, callback, path);
  }

  String method() {
    return request.getMethod();
  }

  /** True if it came over the loopback interface. */
  boolean isFromThisMachine() {
    return client().map(InetAddress::isLoopbackAddress).orElse(false);
  }

  /** The address at the other end of the connection. */
  Optional<InetAddress> client() {
    return request.getConnectionMetaData().getRemoteSocketAddress()
            instanceof InetSocketAddress from
        ? Optional.ofNullable(from.getAddress())
        : Optional.empty();
  }

  /** The path as it came, still percent-encoded. */
  String rawPath() {
    return request.getHttpURI().getPath().substring(below.length());
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
    requireLength(limit + COURTESY);
    try (InputStream in = bodyStream()) {
      byte[] body = in.readNBytes(limit + 1);
      if (body.length > limit) {
        in.readNBytes(COURTESY);
        throw new FormatException(
            ErrorCode.TOO_LARGE, "read body of `" + rawPath() + "`: more than " + limit + " bytes");
      }
      return body;
    }
  }

  /** Refuses a body that says of itself that it is too large, before it is sent. */
  void requireLength(long limit) {
    if (request.getLength() > limit) {
      throw new FormatException(
          ErrorCode.TOO_LARGE,
          "read body of `" + rawPath() + "`: " + request.getLength() + " bytes, at most " + limit);
    }
  }

  /** Bytes that the body says it has; negative if it does not say. */
  long length() {
    return request.getLength();
  }

  InputStream bodyStream() {
    return new PacedInput(Content.Source.asInputStream(request));
  }

  /** True if the request's Accept header allows {@code mediaType}. */
  boolean accepts(String mediaType) {
    return quality(mediaType) > 0;
  }

  /** The one of {@code offered} that the request likes best, the first of equals. */
  Optional<String> preferred(List<String> offered) {
    double best = 0;
    Optional<String> found = Optional.empty();
    for (String mediaType : offered) {
      double quality = quality(mediaType);
      if (quality > best) {
        best = quality;
        found = Optional.of(mediaType);
      }
    }
    return found;
  }

  /** RFC 9110, 12.5.1: the most specific range that matches says how much it is liked. */
  private double quality(String mediaType) {
    String accept = header(HttpHeader.ACCEPT).orElse("");
    if (accept.isBlank()) {
      return 1;
    }
    String group = mediaType.substring(0, mediaType.indexOf('/')) + "/*";
    int specific = 0;
    double quality = 0;
    for (String range : accept.split(",")) {
      String[] parts = range.split(";");
      String type = parts[0].strip().toLowerCase(Locale.ROOT);
      int match = type.equals(mediaType) ? 3 : type.equals(group) ? 2 : type.equals("*/*") ? 1 : 0;
      if (match > specific) {
        specific = match;
        quality = weight(parts);
      }
    }
    return quality;
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().toLowerCase(Locale.ROOT);
      if (parameter.startsWith("q=")) {
        try {
          return Math.clamp(Double.parseDouble(parameter.substring(2)), 0, 1);
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }

  /** Answers 304 if the reader has what {@code tag} names; false if it has to be sent. */
  boolean notModified(String tag) {
    String known = header(HttpHeader.IF_NONE_MATCH).orElse("");
    for (String one : known.split(",")) {
      String bare = one.strip();
      if (bare.equals("*") || bare.equals(tag) || bare.equals("W/" + tag)) {
        response.setStatus(304);
        response.write(true, ByteBuffer.allocate(0), callback);
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
