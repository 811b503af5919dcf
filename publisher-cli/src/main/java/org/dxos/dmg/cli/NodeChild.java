package org.dxos.dmg.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.dxos.dmg.error.ErrorCode;

/** A node in a process of its own, on free ports of loopback; it ends with this. */
final class NodeChild implements AutoCloseable {

  private static final long STOP_SECONDS = 20;

  private final Process process;
  private final Path home;
  private final String url;

  private NodeChild(Process process, Path home, String url) {
    this.process = process;
    this.home = home;
    this.url = url;
  }

  /**
   * Starts a node, and waits until it serves.
   *
   * @throws CommandException if it does not
   */
  static NodeChild start(Path home) throws IOException {
    Path log = home.resolveSibling(home.getFileName() + ".log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "node",
                "--home",
                home.toString(),
                "--port",
                "0",
                "--peer-listen",
                "/ip4/127.0.0.1/tcp/0")
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String url = out.readLine();
    if (url == null) {
      process.destroyForcibly();
      throw new CommandException(
          ErrorCode.INTERNAL, "start a node on " + home + ": " + Files.readString(log).strip(), "");
    }
    return new NodeChild(process, home, url);
  }

  Path home() {
    return home;
  }

  String url() {
    return url;
  }

  /** As a power cut would. */
  void kill() {
    process.destroyForcibly();
    await();
  }

  private void await() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroy();
    await();
  }
}
