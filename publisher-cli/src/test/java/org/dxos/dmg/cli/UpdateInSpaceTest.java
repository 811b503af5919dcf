package org.dxos.dmg.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.install.Installer;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.publish.SpaceOwner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was installed from a space moves on as what is public does, and stays verified. */
class UpdateInSpaceTest {

  private static final String INSIDE = "com.inside/module/tool";
  private static final String BASE = "com.open/module/base";

  @TempDir Path temp;
  private final World world = World.real();
  private Path home;
  private Path app;

  private record Run(int code, String out, String err) {
    Run ok() {
      assertEquals(0, code, out + err);
      return this;
    }
  }

  private Run run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            List.of(arguments),
            new Terminal(new PrintStream(out, true), new PrintStream(err, true)),
            Map.of("DMG_HOME", home.toString()),
            world);
    return new Run(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @BeforeEach
  void publishFirst() throws IOException {
    home = temp.resolve("home");
    app = temp.resolve("app");
    try (LocalRegistry registry = LocalRegistry.open(home, world)) {
      var unused = new SpaceOwner(registry, keys(), new Random(3), world.clock()).create("team");
    }
    publish(Optional.empty(), BASE, "1.0.0", "");
    publish(Optional.of("team"), INSIDE, "1.0.0", "\"" + BASE + "\": \"^1\"");
    run("install", INSIDE, "--space", "team", "--into", app.toString()).ok();
  }

  private KeyRing keys() {
    return new KeyRing(home, new Random(7));
  }

  private void publish(Optional<String> space, String name, String version, String dependencies)
      throws IOException {
    Path folder = Files.createDirectories(temp.resolve(name + "-" + version));
    Files.writeString(folder.resolve("index.js"), "// " + name + " " + version + "\n");
    Files.writeString(
        folder.resolve("dmg.json"),
        """
        {"name": "%s", "version": "%s", "dependencies": {%s},
         "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
        """
            .formatted(name, version, dependencies));
    try (Registry registry = LocalRegistry.open(home, world);
        PreparedModule module = PreparedModule.read(folder, Optional.empty(), Optional.empty())) {
      var unused =
          new Publisher(
                  space.isPresent() ? registry.spaces().open(space.get()) : registry,
                  keys(),
                  world.clock())
              .publish(module);
    }
  }

  private Lock lock() throws IOException {
    return Installer.readLock(app.resolve("dmg.lock"));
  }

  private Map<String, String> versions() throws IOException {
    return lock().closure().modules().stream()
        .collect(Collectors.toMap(one -> one.name().toString(), one -> one.version().toString()));
  }

  /** What lies in the folder, every file. */
  private String installed() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(app)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
        all.append(app.relativize(file)).append('\n');
        all.append(Files.readString(file, StandardCharsets.ISO_8859_1)).append('\n');
      }
    }
    return all.toString();
  }

  @Test
  void whatIsInsideAndWhatItNeedsInPublicMoveTogether() throws IOException {
    assertEquals(Map.of(INSIDE, "1.0.0", BASE, "1.0.0"), versions());
    publish(Optional.empty(), BASE, "1.1.0", "");
    publish(Optional.of("team"), INSIDE, "1.1.0", "\"" + BASE + "\": \"^1\"");
    Run told = run("update", "--space", "team", "--into", app.toString()).ok();
    assertTrue(told.out().contains("~ " + INSIDE + " 1.0.0 -> 1.1.0"), told.out());
    assertTrue(told.out().contains("~ " + BASE + " 1.0.0 -> 1.1.0"), told.out());
    assertEquals(Map.of(INSIDE, "1.1.0", BASE, "1.1.0"), versions());
    assertTrue(installed().contains("// " + INSIDE + " 1.1.0"), installed());
    // Evidence of the space's heads beside the public ones: it is verified without a node.
    run("verify", app.toString()).ok();
    run("install", "--frozen", "--space", "team", "--into", app.toString()).ok();
  }

  @Test
  void onlyWhatIsNamedMoves() throws IOException {
    publish(Optional.empty(), BASE, "1.1.0", "");
    publish(Optional.of("team"), INSIDE, "1.1.0", "\"" + BASE + "\": \"^1\"");
    run("update", INSIDE, "--space", "team", "--into", app.toString()).ok();
    assertEquals(Map.of(INSIDE, "1.1.0", BASE, "1.0.0"), versions());
    run("update", BASE, "--space", "team", "--into", app.toString()).ok();
    assertEquals(Map.of(INSIDE, "1.1.0", BASE, "1.1.0"), versions());
    run("verify", app.toString()).ok();
  }

  @Test
  void nothingNewLeavesTheFolderAsItIs() throws IOException {
    byte[] lock = Files.readAllBytes(app.resolve("dmg.lock"));
    String before = installed();
    // Something else in the space gives it another head; the evidence stays as it was.
    publish(Optional.of("team"), "com.inside/module/other", "1.0.0", "");
    Run told = run("update", "--space", "team", "--into", app.toString()).ok();
    assertTrue(told.out().contains("no difference"), told.out());
    assertArrayEquals(lock, Files.readAllBytes(app.resolve("dmg.lock")));
    assertEquals(before, installed());
  }

  @Test
  void withoutTheSpaceNothingChanges() throws IOException {
    publish(Optional.empty(), BASE, "1.1.0", "");
    publish(Optional.of("team"), INSIDE, "1.1.0", "\"" + BASE + "\": \"^1\"");
    String before = installed();
    Run told = run("update", "--into", app.toString());
    assertNotEquals(0, told.code(), told.out());
    assertEquals(before, installed());
    assertEquals("", told.out());
    Run nowhere = run("update", "--space", "nowhere", "--into", app.toString());
    assertNotEquals(0, nowhere.code(), nowhere.out());
    assertTrue(nowhere.err().contains("nowhere"), nowhere.err());
    assertEquals(before, installed());
  }

  @Test
  void whatWasTakenBackInTheSpaceIsLeft() throws IOException {
    publish(Optional.of("team"), INSIDE, "1.1.0", "\"" + BASE + "\": \"^1\"");
    run("update", "--space", "team", "--into", app.toString()).ok();
    assertEquals("1.1.0", versions().get(INSIDE));
    run("yank", INSIDE + "@1.1.0", "--reason", "wrong", "--space", "team").ok();
    Run told = run("update", "--json", "--space", "team", "--into", app.toString()).ok();
    assertEquals("1.0.0", versions().get(INSIDE), told.out());
    assertTrue(told.out().contains("\"after\": \"1.0.0\""), told.out());
  }
}
