package org.dxos.dmg.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fsck --projection} says what it compared, and finds a flip in the words. */
class ProjectionCommandTest {

  @TempDir Path temp;

  @Test
  void aFlipInTheWordsIsFoundAndMended() throws IOException {
    CommandScene scene = new CommandScene(temp);
    scene.publish("a");
    scene.publish("b");
    scene.dmg("search", "mail").done("org.one/module/a");
    CommandScene.Run sound = scene.dmg("fsck", "--projection").done("all is well");
    assertTrue(
        sound
            .err()
            .matches(
                "(?s).*compared [1-9]\\d* quads of 3 graphs, and [1-9]\\d* words of \\d+ texts.*"),
        sound.err());
    List<Path> files;
    try (Stream<Path> all = Files.list(scene.home().resolve("rdf/data/words"))) {
      files = all.filter(file -> file.toString().matches(".*\\.(cf[se]|si|doc|tim|fdt)")).toList();
    }
    assertTrue(files.size() > 1, files.toString());
    for (Path file : files) {
      byte[] before = Files.readAllBytes(file);
      CommandScene.flip(file, before.length / 2);
      scene.dmg("fsck", "--projection").refused(1, "derived");
      Files.write(file, before);
    }
    CommandScene.flip(files.getFirst(), (int) Files.size(files.getFirst()) / 2);
    scene.dmg("fsck", "--projection", "--mend").done("all is well");
    scene.dmg("search", "mail").done("org.one/module/a");
    scene.dmg("fsck", "--projection").done("all is well");
  }
}
