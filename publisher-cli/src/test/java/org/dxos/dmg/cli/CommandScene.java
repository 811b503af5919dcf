package org.dxos.dmg.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.dxos.dmg.node.World;

/** Commands on homes below a folder, with a fixed clock. */
final class CommandScene {

  private final Path temp;
  private final World world =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(21),
          Thread.ofPlatform().daemon().factory());

  CommandScene(Path temp) {
    this.temp = temp;
  }

  /** What a command said, and how it ended. */
  record Run(int code, String out, String err) {

    /** That it failed so, with these words and a next step. */
    Run refused(int expected, String... words) {
      assertEquals(expected, code, toString());
      said(words);
      assertTrue(err.contains("hint: "), toString());
      return this;
    }

    Run done(String... words) {
      assertEquals(0, code, toString());
      return said(words);
    }

    Run said(String... words) {
      for (String word : words) {
        assertTrue((out + err).contains(word), () -> word + " is not said: " + this);
      }
      return this;
    }

    /** Words of the first line of the answer. */
    String word() {
      return out.strip().split("\\s")[0];
    }
  }

  World world() {
    return world;
  }

  Path home() {
    return temp.resolve("home");
  }

  /** Runs a command on the home, or on another that it names. */
  Run dmg(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Map<String, String> environment = new HashMap<>(Map.of("DMG_HOME", home().toString()));
    int code =
        Main.run(
            List.of(arguments),
            new Terminal(new PrintStream(out, true), new PrintStream(err, true)),
            environment,
            world);
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Publishes a module of a few files; what it says. */
  Run publish(String name) throws IOException {
    Path folder = Files.createDirectories(temp.resolve("modules").resolve(name));
    Files.writeString(folder.resolve("index.js"), "export const name = '" + name + "';\n");
    byte[] large = new byte[60_000];
    new Random(name.hashCode()).nextBytes(large);
    Files.write(folder.resolve("large.bin"), large);
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "org.one/module/%s", "version": "1.0.0", "description": "About mail.",
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name));
    return dmg("publish", folder.toString()).done();
  }

  /** Changes one bit of a file. */
  static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 0x10;
    Files.write(file, bytes);
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }
}
