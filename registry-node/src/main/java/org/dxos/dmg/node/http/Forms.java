package org.dxos.dmg.node.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** Bodies of {@code application/x-www-form-urlencoded}. */
final class Forms {

  private Forms() {}

  /** The first value of a field. */
  static Optional<String> value(byte[] body, String field) {
    for (String pair : new String(body, StandardCharsets.ISO_8859_1).split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0 && decode(pair.substring(0, equals)).equals(field)) {
        return Optional.of(decode(pair.substring(equals + 1)));
      }
    }
    return Optional.empty();
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new FormatException(ErrorCode.SPARQL_SYNTAX, "read form: bad percent-encoding");
    }
  }
}
