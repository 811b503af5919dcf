package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The npm packages of {@code conformance/npm}, for tests that compare with them. Where there is no
 * Node.js, or the packages cannot be had, the test that asks is skipped and says so.
 */
final class Npm {

  private static final Path SOURCE = root().resolve("conformance/npm");
  private static final Path TARGET = root().resolve("conformance/target/npm");

  private Npm() {}

  private static Path root() {
    return Path.of(System.getProperty("dmg.root", "..")).toAbsolutePath().normalize();
  }

  /** Installs what the lock file names, once, and copies the scripts beside it. */
  private static synchronized void install() throws IOException, InterruptedException {
    assumeTrue(works("node", "--version") && works("npm", "--version"), "no Node.js and npm");
    Files.createDirectories(TARGET);
    Path lock = TARGET.resolve("package-lock.json");
    Path done = TARGET.resolve("installed");
    boolean installed =
        Files.exists(done)
            && Files.exists(lock)
            && Files.mismatch(lock, SOURCE.resolve("package-lock.json")) < 0;
    try (Stream<Path> files = Files.list(SOURCE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, TARGET.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (!installed) {
      Files.deleteIfExists(done);
      Path log = TARGET.resolve("install.log");
      int exit =
          start(log, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress");
      assumeTrue(exit == 0, "`npm ci` cannot install the packages, see " + log);
      Files.createFile(done);
    }
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      return start(TARGET.resolve(command[0] + ".version"), command) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static int start(Path output, String... command)
      throws IOException, InterruptedException {
    Files.createDirectories(TARGET);
    Process process =
        new ProcessBuilder(command)
            .directory(TARGET.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
      throw new IOException("`" + String.join(" ", command) + "` did not end within 5 minutes");
    }
    return process.exitValue();
  }

  /** The lines that a script prints for these lines of input. */
  static List<String> run(String script, List<String> input)
      throws IOException, InterruptedException {
    install();
    Path in = TARGET.resolve(script + ".in");
    Path out = TARGET.resolve(script + ".out");
    Files.write(in, input);
    int exit = start(out, "node", script, in.toString());
    List<String> lines = Files.readAllLines(out);
    assertEquals(0, exit, () -> script + " says: " + lines);
    return lines;
  }

  /** A folder for files that scripts read. */
  static Path folder(String name) throws IOException {
    return Files.createDirectories(TARGET.resolve(name));
  }
}
