package org.dxos.dmg.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.NodeFile;
import org.dxos.dmg.node.World;

/**
 * Finds the registry of a command: a URL that was given, else the node that serves the home, else
 * the home itself.
 */
public final class Registries {

  private Registries() {}

  /**
   * Opens it.
   *
   * @param home of the command
   * @param url given by {@code --node}, {@code DMG_NODE} or the configuration
   * @param token for writes
   */
  public static Registry open(
      Path home, Optional<String> url, Optional<String> token, World world) {
    if (url.isPresent()) {
      return at(url.get(), token);
    }
    Optional<NodeFile> running = NodeFile.find(home);
    if (running.isPresent()) {
      return new HttpRegistry(running.get().url(), running.get().token().or(() -> token));
    }
    return LocalRegistry.open(home, world);
  }

  /**
   * The registry behind a URL.
   *
   * @param token for writes
   */
  public static Registry at(String url, Optional<String> token) {
    requireHttp(url);
    return new HttpRegistry(withoutSlash(url), token);
  }

  /**
   * The links of the node that a command asks: the one at a URL, or the one that serves the home.
   *
   * @throws RemoteException if no node runs on the home
   */
  public static Peers peers(Path home, Optional<String> url, Optional<String> token) {
    if (url.isPresent()) {
      requireHttp(url.get());
      return new Peers(new HttpRegistry(withoutSlash(url.get()), token));
    }
    NodeFile running =
        NodeFile.find(home)
            .orElseThrow(
                () ->
                    new RemoteException(
                        ErrorCode.UNREACHABLE,
                        "ask for peers: no node serves " + home,
                        "start one with `dmg node`, or name one with --node"));
    return new Peers(new HttpRegistry(running.url(), running.token().or(() -> token)));
  }

  /**
   * The node that has the home of a command open, for what is done to the home; empty if none has,
   * so that the command may open it itself.
   *
   * @throws RemoteException if a URL was given: this is done on the machine of the home
   */
  public static Optional<Upkeep> upkeep(Path home, Optional<String> url, Optional<String> token) {
    if (url.isPresent()) {
      throw new RemoteException(
          ErrorCode.UNSUPPORTED,
          "look after the home behind `" + url.get() + "`: that is done where the home is",
          "call dmg there, with --home");
    }
    return NodeFile.find(home)
        .map(
            running ->
                new RemoteUpkeep(new HttpRegistry(running.url(), running.token().or(() -> token))));
  }

  private static void requireHttp(String url) {
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw new RemoteException(
        ErrorCode.USAGE,
        "ask node `" + url + "`: expected a URL of http or https",
        "write for example `http://127.0.0.1:7070`");
  }

  private static String withoutSlash(String url) {
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }
}
