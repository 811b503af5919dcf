package org.dxos.dmg.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only asks, or changes what is there, makes no home. */
class NoHomeTest {

  @TempDir Path temp;
  private CommandScene scene = new CommandScene(Path.of(""));

  @BeforeEach
  void begin() {
    scene = new CommandScene(temp);
  }

  private static final List<String> ASKING =
      List.of(
          "resolve org.one/module/a",
          "show org.one/module/a",
          "versions org.one/module/a",
          "search mail",
          "closure org.one/module/a",
          "why org.one/module/a org.one/module/b",
          "dependents org.one/module/a",
          "install org.one/module/a --into INTO",
          "diff org.one/module/a@1.0.0 org.one/module/a@2.0.0",
          "tag org.one/module/a@1.0.0 stable",
          "yank org.one/module/a@1.0.0 --reason x",
          "authority show org.one",
          "authority prove org.one",
          "authority renew org.one",
          "trust",
          "trust check org.one",
          "space list",
          "space show team",
          "sparql ASK{}",
          "status",
          "export --to INTO",
          "fsck",
          "fsck --mend",
          "fsck --projection",
          "gc",
          "gc --dry-run",
          "reindex",
          "backup INTO",
          "restore --confirm");

  @Test
  void nothingIsMadeByAskingAndTheFolderIsNamed() throws IOException {
    for (boolean there : new boolean[] {false, true}) {
      if (there) {
        Files.createDirectories(scene.home());
      }
      for (String line : ASKING) {
        String[] words = line.replace("INTO", temp.resolve("into").toString()).split(" ");
        scene.dmg(words).refused(3, "`" + scene.home() + "`", "dmg init");
        assertEquals(there, Files.exists(scene.home()), line);
        if (there) {
          assertEquals(List.of(), files(scene.home()), line);
        }
        assertFalse(Files.exists(temp.resolve("into")), line);
      }
      scene.dmg("doctor").done("first publish makes it");
      scene.dmg("config").done();
      scene.dmg("key", "list");
      assertEquals(there, Files.exists(scene.home()));
    }
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(one -> !one.equals(folder)).map(Path::toString).sorted().toList();
    }
  }

  @Test
  void whatBeginsAHomeBeginsOne() throws IOException {
    scene.publish("a");
    scene.dmg("status").done("org.one");
    String car = temp.resolve("all.car").toString();
    scene.dmg("export", "--to", car).done();
    for (List<String> command :
        List.of(
            List.of("import", "car", car),
            List.of("authority", "claim", "com.two"),
            List.of("space", "create", "team"))) {
      Path home = temp.resolve(command.getFirst());
      Stream<String> words = Stream.concat(command.stream(), Stream.of("--home", home.toString()));
      scene.dmg(words.toArray(String[]::new)).done();
      scene.dmg("status", "--home", home.toString()).done();
    }
  }

  /** A space is laid out as a home is, and has no keys: those of its home sign. */
  @Test
  void aSpaceThatIsLookedAfterGetsNoKeys() throws IOException {
    String id = scene.dmg("space", "create", "team").done().word();
    scene.publish("a");
    Path space = scene.home().resolve("spaces").resolve(id);
    TreeSet<String> before = names(space);
    for (String command : List.of("fsck", "gc", "reindex", "fsck --projection")) {
      String[] words = (command + " --home " + space).split(" ");
      scene.dmg(words).done();
    }
    for (String command :
        List.of("status", "search mail", "publish " + temp.resolve("modules/a"))) {
      scene.dmg((command + " --home " + space).split(" ")).refused(2, "it is that of a space");
    }
    TreeSet<String> after = names(space);
    after.removeAll(before);
    after.remove("rdf");
    assertEquals(new TreeSet<>(), after);
    assertFalse(Files.exists(space.resolve("keys")));
    scene.dmg("status", "--space", "team").done();
  }

  private static TreeSet<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(one -> one.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** What came from a backup with its keys is told of until it is confirmed. */
  @Test
  void statusAndDoctorSayThatAHomeWaits() throws IOException {
    scene.publish("a");
    String copies = temp.resolve("copies").toString();
    scene.dmg("backup", copies, "--keys").done();
    String home = temp.resolve("again").toString();
    scene.dmg("restore", copies, "--keys", "--home", home).done();
    for (String command : List.of("status", "doctor")) {
      scene.dmg(command, "--home", home).said("from a backup of", "dmg restore --confirm");
    }
    assertTrue(scene.dmg("status", "--json", "--home", home).out().contains("\"restored\": "));
    scene.dmg("restore", "--confirm", "--home", home).done();
    for (String command : List.of("status", "doctor")) {
      CommandScene.Run run = scene.dmg(command, "--home", home);
      assertFalse((run.out() + run.err()).contains("backup"), run.toString());
    }
  }
}
