package org.dxos.dmg.sync.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.sync.wire.SyncException;

/**
 * Where a registry is.
 *
 * @param host a name, or an address without brackets
 * @param port of TCP
 * @param prefix before every path; empty, or begins with a slash and does not end in one
 */
record WebAddress(String host, int port, String prefix) {

  private static final int HTTPS = 443;
  private static final int MAX_CHARS = 1_024;

  /**
   * Reads a URL.
   *
   * @throws SyncException if it is anything else than https, a host, a port and a path
   */
  static WebAddress parse(String text) {
    try {
      URI uri = new URI(text);
      String host = uri.getHost();
      String path = uri.getRawPath();
      if ("https".equals(uri.getScheme())
          && host != null
          && path != null
          && text.length() <= MAX_CHARS
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null
          && path.matches("(?:/[A-Za-z0-9._~-]++)*+/?")) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new WebAddress(
            bare.toLowerCase(Locale.ROOT),
            uri.getPort() < 0 ? HTTPS : uri.getPort(),
            path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
      }
    } catch (URISyntaxException e) {
      throw unreadable(text);
    }
    throw unreadable(text);
  }

  private static SyncException unreadable(String text) {
    return new SyncException(
        ErrorCode.UNREACHABLE,
        "read node `" + text + "`: expected a URL such as `https://node.example.com`",
        "");
  }

  /** That what it answered is not what was asked for. */
  SyncException refused(String what) {
    return new SyncException(
        ErrorCode.SYNC_PROTOCOL, "read answer of `" + authority() + "`: " + what, "");
  }

  /** As the header Host has it. */
  String authority() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return port == HTTPS ? name : name + ":" + port;
  }
}
