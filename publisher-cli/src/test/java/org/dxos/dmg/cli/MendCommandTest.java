package org.dxos.dmg.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.node.HomeCare;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the database with a flipped bit: what is said is true, and what is advised works. */
class MendCommandTest {

  private static final int MODULES = 3;
  private static final int PARTS = 5;

  @TempDir Path temp;
  private CommandScene scene = new CommandScene(Path.of(""));

  @BeforeEach
  void publish() throws IOException {
    scene = new CommandScene(temp);
    for (int i = 0; i < MODULES; i++) {
      scene.publish("m" + i);
    }
    // One file for the blocks, with many parts.
    try (HomeCare care = HomeCare.open(scene.home(), scene.world())) {
      care.store().compact();
    }
    scene.dmg("backup", backup()).done();
  }

  private String backup() {
    return temp.resolve("copies").toString();
  }

  private List<Path> files(String end) throws IOException {
    try (Stream<Path> all = Files.list(scene.home().resolve("db"))) {
      return all.filter(file -> file.toString().endsWith(end))
          .map(scene.home()::relativize)
          .sorted()
          .toList();
    }
  }

  private Path damaged(Path file, int at) throws IOException {
    Path copy = temp.resolve("copy-" + file.getFileName() + "-" + at);
    CommandScene.copy(scene.home(), copy);
    CommandScene.flip(copy.resolve(file), at);
    return copy;
  }

  private void requireWhole(String home) {
    scene.dmg("fsck", "--home", home).done("all is well");
    for (int i = 0; i < MODULES; i++) {
      scene.dmg("closure", "org.one/module/m" + i, "--home", home).done();
    }
  }

  /** Every answer is one of two: whole, or the way out, which leaves a whole home as well. */
  @Test
  void mendSaysMendedOnlyOfAHomeThatIsWholeAndElseNamesAWayOutThatWorks() throws IOException {
    Map<String, Integer> outcomes = new TreeMap<>();
    List<Path> files = new ArrayList<>(files(".sst"));
    files.addAll(files(".blob").subList(0, 1)); // one is as good as another
    for (Path file : files) {
      int size = (int) Files.size(scene.home().resolve(file));
      for (int part = 0; part < PARTS; part++) {
        Path copy = damaged(file, Math.min(size - 1, size * part / PARTS + 5));
        String home = copy.toString();
        CommandScene.Run found = scene.dmg("fsck", "--home", home);
        if (found.code() == 0) {
          outcomes.merge("harmless", 1, Integer::sum);
          continue;
        }
        assertEquals(5, found.code(), found.toString());
        CommandScene.Run run = scene.dmg("fsck", "--mend", "--from", backup(), "--home", home);
        if (run.code() == 0) {
          run.said("mended ", "all is well");
          requireWhole(home);
          // What had gaps stays beside, as it may have what nothing here leads to.
          outcomes.merge(
              Files.exists(copy.resolve("db.damaged")) ? "kept" : "dropped", 1, Integer::sum);
          scene.dmg("tag", "org.one/module/m0@1.0.0", "stable", "--home", home).done();
          outcomes.merge("mended", 1, Integer::sum);
        } else {
          run.refused(5, "not mended: ", "dmg restore BACKUP --home NEW");
          assertFalse(run.out().contains("mended "), run.out());
          outcomes.merge("told how to go on", 1, Integer::sum);
        }
        assertFalse(Files.exists(copy.resolve("mending")));
      }
    }
    System.err.println("flips in the database: " + outcomes);
    assertTrue(outcomes.getOrDefault("mended", 0) > 5, outcomes.toString());
    assertTrue(outcomes.getOrDefault("told how to go on", 0) > 5, outcomes.toString());
    String home = temp.resolve("new").toString();
    scene.dmg("restore", backup(), "--home", home).done("all checked");
    requireWhole(home);
  }

  /** The steps of docs/care.md, for a home that has its keys still. */
  @Test
  void aHomeThatCannotBeMendedIsMadeAgainWithItsKeys() throws IOException {
    Path keys = Files.createDirectories(Path.of(backup()).resolve("keys"));
    try (Stream<Path> all = Files.list(scene.home().resolve("keys"))) {
      for (Path key : all.toList()) {
        Files.copy(key, keys.resolve(key.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    String home = temp.resolve("new").toString();
    scene.dmg("restore", backup(), "--keys", "--home", home).done();
    scene
        .dmg("tag", "org.one/module/m0@1.0.0", "stable", "--home", home)
        .refused(5, "dmg restore --confirm");
    scene.dmg("restore", "--confirm", "--home", home).done();
    scene.dmg("tag", "org.one/module/m0@1.0.0", "stable", "--home", home).done();
    requireWhole(home);
  }

  @Test
  void orOfWhatAnotherNodeHolds() throws IOException {
    String car = temp.resolve("all.car").toString();
    scene.dmg("export", "--to", car).done();
    Path home = temp.resolve("new");
    CommandScene.copy(scene.home().resolve("keys"), Files.createDirectories(home).resolve("keys"));
    scene.dmg("import", "car", car, "--home", home.toString()).done();
    requireWhole(home.toString());
    scene.dmg("tag", "org.one/module/m0@1.0.0", "stable", "--home", home.toString()).done();
  }

  /** Nobody has a copy: what can be read stays, what is lost is named, and can come later. */
  @Test
  void withoutCopiesWhatIsReadableStaysAndWhatIsLostIsNamed() throws IOException {
    Path file = files(".sst").stream().max(this::bySize).orElseThrow();
    String home = damaged(file, 40).toString();
    scene.dmg("fsck", "--home", home).refused(5, "corrupt");
    CommandScene.Run run = scene.dmg("fsck", "--mend", "--home", home);
    run.refused(5, "not whole", "rewritten", "missing", "db.damaged", "--from");
    assertFalse(run.out().contains("unreadable"), run.out());
    // What is said now is what is said the next time, and no circle.
    CommandScene.Run again = scene.dmg("fsck", "--home", home).refused(5, "missing");
    assertFalse(again.out().contains("corrupt"), again.out());
    scene.dmg("fsck", "--mend", "--from", backup(), "--home", home).done("mended ", "all is well");
    requireWhole(home);
    assertTrue(Files.exists(Path.of(home).resolve("db.damaged"))); // for its owner to take away
  }

  private int bySize(Path one, Path other) {
    return Long.compare(
        scene.home().resolve(one).toFile().length(), scene.home().resolve(other).toFile().length());
  }

  @Test
  void aMendingThatWasCutOffBetweenItsTwoMovesIsTakenBack() throws IOException {
    Path home = scene.home();
    Files.move(home.resolve("db"), home.resolve("db.damaged"));
    requireWhole(home.toString());
    assertFalse(Files.exists(home.resolve("db.damaged")));
  }

  /** Journal, its id and registers are those of before: peers and the projection go on. */
  @Test
  void theMendedHomeIsTheSameHome() throws IOException {
    Path file = files(".sst").stream().max(this::bySize).orElseThrow();
    Path copy = damaged(file, 40);
    scene.dmg("fsck", "--mend", "--from", backup(), "--home", copy.toString()).done("rewritten");
    try (HomeCare was = HomeCare.open(scene.home(), scene.world());
        HomeCare is = HomeCare.open(copy, scene.world())) {
      assertEquals(
          java.util.HexFormat.of().formatHex(was.store().journalId()),
          java.util.HexFormat.of().formatHex(is.store().journalId()));
      assertEquals(was.store().journal(0, 100), is.store().journal(0, 100));
      assertEquals(was.store().registers(""), is.store().registers(""));
      List<Cid> lost = new ArrayList<>();
      was.store()
          .eachBlock(
              cid -> {
                if (!is.store().has(cid)) {
                  lost.add(cid);
                }
              });
      assertTrue(lost.size() < 40, "what nothing leads to may be lost: " + lost.size());
    }
  }
}
