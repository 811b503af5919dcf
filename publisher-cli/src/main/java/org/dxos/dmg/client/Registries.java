package org.dxos.dmg.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.NodeFile;
import org.dxos.dmg.node.World;

/**
 * Finds the registry of a command: a URL that was given, else the node that serves the home, else
 * the home itself.
 */
public final class Registries {

  /** How long another command may hold the home, or a node take to start. */
  private static final Duration WAIT = Duration.ofSeconds(5);

  private static final Duration PAUSE = Duration.ofMillis(50);

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
      requireHttp(url.get());
      return new HttpRegistry(withoutSlash(url.get()), token);
    }
    Optional<Registry> running = running(home, token);
    if (running.isPresent()) {
      return running.get();
    }
    try {
      return openHome(home, world);
    } catch (StorageException.Locked e) {
      return running(home, token).orElseThrow(() -> e);
    }
  }

  /**
   * Opens the home itself. Waits a while for another command that has it, but not for a node.
   *
   * @throws StorageException.Locked if another process keeps it
   */
  public static LocalRegistry openHome(Path home, World world) {
    long until = System.nanoTime() + WAIT.toNanos();
    while (true) {
      try {
        return LocalRegistry.open(home, world);
      } catch (StorageException.Locked e) {
        if (NodeFile.find(home).isPresent() || System.nanoTime() > until || !pause()) {
          throw e;
        }
      }
    }
  }

  private static Optional<Registry> running(Path home, Optional<String> token) {
    return NodeFile.find(home).map(node -> new HttpRegistry(node.url(), token.or(node::token)));
  }

  /** False if told to stop. */
  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
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
