package org.dxos.dmg.libp2p.interop;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Other implementations, fetched by their own tools into {@code target/interop} and kept there
 * until their lock changes. What cannot be had skips its tests, with the reason.
 */
final class Installed {

  private Installed() {}

  static Path node() throws Exception {
    Path folder = copy("js");
    once(
        folder,
        Map.of(),
        "package-lock.json",
        "npm",
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error");
    return folder;
  }

  /** The program that go built. */
  static Path go() throws Exception {
    Path folder = copy("go");
    Path cache = folder.resolveSibling("go-cache");
    Map<String, String> environment =
        Map.of(
            "GOPATH",
            cache.resolve("path").toString(),
            "GOCACHE",
            cache.resolve("build").toString(),
            "GOFLAGS",
            "-modcacherw");
    once(folder, environment, "main.go", "go", "build", "-o", "peer", ".");
    return folder.resolve("peer");
  }

  /**
   * The program of kubo, kept where `clean` does not reach it: in the folder that the property
   * `dmg.kubo.cache` names, else among the caches of the user.
   */
  static Path kubo() throws Exception {
    Path caches = Path.of(System.getProperty("user.home"), ".cache", "dmg-interop", "kubo");
    Path cache = Path.of(System.getProperty("dmg.kubo.cache", caches.toString())).toAbsolutePath();
    Path folder = copy("kubo", cache);
    Map<String, String> environment =
        Map.of(
            "GOPATH",
            cache.resolve("path").toString(),
            "GOCACHE",
            cache.resolve("build").toString(),
            "GOFLAGS",
            "-modcacherw");
    String tool = "github.com/ipfs/kubo/cmd/ipfs";
    once(folder, environment, "go.sum", "go", "build", "-o", "ipfs", tool);
    // What it was made of takes a few gigabytes, and is needed no more.
    for (String made : List.of("path", "build")) {
      delete(cache.resolve(made));
    }
    return folder.resolve("ipfs");
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private static Path copy(String name) throws IOException {
    return copy(name, Path.of("target", "interop", name).toAbsolutePath());
  }

  private static Path copy(String name, Path target) throws IOException {
    Path root = Path.of(System.getProperty("dmg.root", "../.."));
    Path source = root.resolve("conformance/interop").resolve(name);
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return target;
  }

  private static void once(
      Path folder, Map<String, String> environment, String lock, String... command)
      throws Exception {
    Path done = folder.resolve("installed");
    if (Files.exists(done)
        && Arrays.equals(Files.readAllBytes(done), Files.readAllBytes(folder.resolve(lock)))) {
      return;
    }
    Path log = folder.resolve("install.log");
    Process process;
    try {
      List<String> words = new ArrayList<>(List.of(command));
      ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
      builder.environment().putAll(environment);
      process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException e) {
      abort("`" + command[0] + "` is not installed: interop with it is not tested");
      return;
    }
    boolean ended = process.waitFor(20, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    if (!ended || process.exitValue() != 0) {
      abort("`" + String.join(" ", command) + "` failed, see " + log + ": interop is not tested");
    }
    Files.copy(folder.resolve(lock), done, StandardCopyOption.REPLACE_EXISTING);
  }
}
