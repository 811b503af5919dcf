package org.dxos.dmg.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dxos.dmg.car.CarReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does to backups, and what happens to those. */
class BackupCommandTest {

  @TempDir Path temp;
  private CommandScene scene = new CommandScene(Path.of(""));

  @BeforeEach
  void publish() throws IOException {
    scene = new CommandScene(temp);
    scene.publish("a");
  }

  private Path copies() {
    return temp.resolve("copies");
  }

  private CommandScene.Run backup() {
    return scene.dmg("backup", copies().toString());
  }

  @Test
  void aPartThatIsDamagedAnywhereIsNamedByTheNextBackup() throws IOException {
    backup().done("000001.car");
    scene.publish("b");
    backup().done("000002.car");
    backup().done("nothing has changed");
    for (String name : new String[] {"000001.car", "000002.car"}) {
      Path part = copies().resolve(name);
      byte[] whole = Files.readAllBytes(part);
      int last = whole.length - 1;
      for (int at : new int[] {0, 3, 70, whole.length / 2, last}) {
        byte[] flipped = whole.clone();
        flipped[at] ^= 1;
        Files.write(part, flipped);
        backup().refused(5, "`" + part + "` is damaged", "write backup");
        Files.write(part, Arrays.copyOf(whole, at));
        backup().refused(5, "`" + part + "` is damaged");
      }
      Files.write(part, whole);
    }
    backup().done("nothing has changed");
  }

  /** Sound in itself, and yet not all: the list beside it knows. */
  @Test
  void aPartThatWasCutOffBetweenTwoBlocksIsNamed() throws IOException {
    backup().done();
    Path part = copies().resolve("000001.car");
    byte[] whole = Files.readAllBytes(part);
    CarReader reader = new CarReader(new ByteArrayInputStream(whole));
    List<Long> ends = new ArrayList<>();
    while (reader.next().isPresent()) {
      ends.add(reader.offset());
    }
    Files.write(part, Arrays.copyOf(whole, ends.get(ends.size() - 2).intValue()));
    backup().refused(5, "is damaged", "it ends after");
    scene
        .dmg("restore", copies().toString(), "--home", temp.resolve("new").toString())
        .refused(5, "is damaged", "it ends after");
    assertFalse(Files.exists(temp.resolve("new")));
  }

  @Test
  void whoFollowsTheAdviceHasABackupThatMakesAHome() throws IOException {
    backup().done();
    scene.publish("b");
    backup().done();
    Path part = copies().resolve("000002.car");
    Files.write(part, Arrays.copyOf(Files.readAllBytes(part), 500));
    backup().refused(5, "move it and those after it away", "give a new folder");
    Files.move(part, temp.resolve("bad.car"));
    backup().done("000002.car");
    Path again = temp.resolve("again");
    scene.dmg("restore", copies().toString(), "--home", again.toString()).done("all checked");
    scene.dmg("resolve", "org.one/module/b", "--home", again.toString()).done();
    scene.dmg("fsck", "--home", again.toString()).done("all is well");
  }

  @Test
  void aListThatIsDamagedIsNotBelieved() throws IOException {
    backup().done();
    CommandScene.flip(copies().resolve("000001.cids"), 40);
    backup().done("nothing has changed");
    Files.write(copies().resolve("000001.cids"), new byte[7]);
    backup().done("nothing has changed");
    Files.delete(copies().resolve("000001.cids"));
    backup().done("nothing has changed");
  }

  @Test
  void neitherTheHomeNorWhatIsInItIsAPlaceForABackup() throws IOException {
    Path home = scene.home();
    Files.createSymbolicLink(temp.resolve("link"), home);
    for (Path target :
        new Path[] {
          home,
          home.resolve("copies"),
          home.resolve("all.car"),
          home.resolve("keys/copies"),
          temp.resolve("link/copies"),
          temp.resolve("copies/../home/x")
        }) {
      scene.dmg("backup", target.toString()).refused(2, "is in the home");
      assertTrue(target.equals(home) || !Files.exists(target), target.toString());
    }
  }

  @Test
  void aFolderOfWhichMoreThanTheLastIsMissingIsATypingFault() {
    Path target = temp.resolve("no/such/copies");
    scene.dmg("backup", target.toString()).refused(2, "there is no folder", "`no` is written");
    scene.dmg("backup", target + ".car").refused(2, "there is no folder");
    scene.dmg("export", "--to", target + ".car").refused(2, "there is no folder");
    assertFalse(Files.exists(temp.resolve("no")));
  }

  @Test
  void anExportIsNotWrittenOverUnlessForced() throws IOException {
    Path file = temp.resolve("all.car");
    Files.writeString(file, "mine");
    scene.dmg("export", "--to", file.toString()).refused(4, "it is there", "--force");
    scene.dmg("export", "--to", temp.toString(), "--force").refused(4, "name of a file");
    assertEquals("mine", Files.readString(file));
    scene.dmg("export", "org.none", "--to", file.toString(), "--force").refused(3);
    assertEquals("mine", Files.readString(file));
    scene.dmg("export", "--to", file.toString(), "--force").done();
    scene.dmg("import", "car", file.toString(), "--home", temp.resolve("x").toString()).done();
    assertFalse(Files.exists(temp.resolve("all.car.new")));
  }

  @Test
  void whatMayBePrivateIsItsOwnersAlone() throws IOException {
    scene.dmg("space", "create", "team").done();
    backup().done();
    scene.dmg("backup", temp.resolve("one.car").toString()).done();
    scene.dmg("export", "--to", temp.resolve("two.car").toString()).done();
    try (Stream<Path> all =
        Stream.of(
                Files.walk(copies()),
                Stream.of("one.car", "one.cids", "two.car").map(temp::resolve))
            .flatMap(one -> one)) {
      for (Path path : all.toList()) {
        assertEquals(
            Files.isDirectory(path) ? "rwx------" : "rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(path)),
            path.toString());
      }
    }
    assertTrue(Files.isDirectory(copies().resolve("spaces")));
  }

  @Test
  void whatIsNoBackupIsRefusedWithANextStep() throws IOException {
    Path export = temp.resolve("export.car");
    scene.dmg("export", "--to", export.toString()).done();
    Path text = Files.writeString(temp.resolve("text"), "not a CAR");
    Path empty = Files.createFile(temp.resolve("empty.car"));
    Path folder = Files.createDirectories(temp.resolve("folder"));
    backup().done();
    Path cut = temp.resolve("cut.car");
    byte[] whole = Files.readAllBytes(copies().resolve("000001.car"));
    Files.write(cut, Arrays.copyOf(whole, whole.length - 3));
    String home = temp.resolve("new").toString();
    for (Path from : new Path[] {export, text, empty, cut}) {
      scene
          .dmg("restore", from.toString(), "--home", home)
          .refused(5, "`" + from + "`", "dmg import car");
    }
    scene.dmg("restore", folder.toString(), "--home", home).refused(3, "dmg backup");
    for (Path from : new Path[] {copies().resolve("000001.car"), text, empty, cut}) {
      CommandScene.Run run = scene.dmg("import", "car", from.toString());
      assertTrue(run.code() != 0, run.toString());
      run.refused(run.code(), "`" + from + "`", "dmg export");
    }
    assertFalse(Files.exists(temp.resolve("new")));
  }
}
