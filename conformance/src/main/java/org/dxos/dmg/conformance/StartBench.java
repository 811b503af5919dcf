package org.dxos.dmg.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long a node takes from the command that starts it until it says that it is ready, and what of
 * memory it has taken for itself by then. Through the command as people have it, with its cache of
 * classes; the first start is not counted.
 *
 * <p>Usage: {@code StartBench DMG HOME [ROUNDS]}, DMG the command, HOME with Debian's packages
 * imported; no node runs on it.
 */
public final class StartBench {

  private static final int ROUNDS = 7;
  private static final String ANON = "RssAnon:";

  private StartBench() {}

  private record Start(double seconds, long mebibytes) {}

  public static void main(String[] arguments) throws Exception {
    Path command = Path.of(arguments[0]);
    Path home = Path.of(arguments[1]);
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : ROUNDS;
    PrintStream out =
        new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
    double[] seconds = new double[rounds];
    long most = 0;
    for (int i = -1; i < rounds; i++) {
      Start start = start(command, home);
      if (i >= 0) {
        seconds[i] = start.seconds();
        most = Math.max(most, start.mebibytes());
        out.printf("ready after %.2f s%n", start.seconds());
      }
    }
    Arrays.sort(seconds);
    out.printf(
        "median %.2f s of %d starts (wanted 3 s); at most %d MiB of its own memory (wanted 600)%n",
        seconds[rounds / 2], rounds, most);
  }

  private static Start start(Path command, Path home) throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process process =
        new ProcessBuilder(
                List.of(
                    command.toString(),
                    "node",
                    "--home",
                    home.toString(),
                    "--port",
                    "0",
                    "--peer-listen",
                    "/ip4/127.0.0.1/tcp/0"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      BufferedReader said =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String url = said.readLine();
      if (url == null) {
        throw new IOException("the node of `" + home + "` did not start");
      }
      try (InputStream ready = URI.create(url + "/readyz").toURL().openStream()) {
        ready.readAllBytes();
      }
      return new Start((System.nanoTime() - began) / 1e9, anonymous(process.pid()));
    } finally {
      process.destroy();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  /** Where the system tells: what files do not back, which nobody but the process can give back. */
  private static long anonymous(long pid) throws IOException {
    Path status = Path.of("/proc", String.valueOf(pid), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(ANON))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
        .findFirst()
        .orElse(0);
  }
}
