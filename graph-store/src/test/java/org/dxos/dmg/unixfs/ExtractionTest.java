package org.dxos.dmg.unixfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtractionTest {

  @TempDir Path temp;

  private final MapBlocks blocks = new MapBlocks();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void extractedFolderGivesTheSameBundle(boolean sync) throws IOException {
    Bundle bundle = new BundleWriter().write(GoldenCidTest.files("nested"), blocks);
    Path target = temp.resolve("out");
    assertEquals(bundle, extract(bundle, target, Set.of("a/b/c.txt"), sync));
    assertEquals(
        bundle,
        new BundleWriter().write(ModuleFolder.open(target).scan(".").files(), (cid, block) -> {}));
    assertArrayEquals(
        Pattern.bytes(2 * 1024 * 1024 + 5), Files.readAllBytes(target.resolve("a/e.bin")));
    assertEquals("rwxr-xr-x", mode(target));
    assertEquals("rwxr-xr-x", mode(target.resolve("a/b")));
    assertEquals("rwxr-xr-x", mode(target.resolve("a/b/c.txt")));
    assertEquals("rw-r--r--", mode(target.resolve("a/b/d.txt")));
  }

  @Test
  void extractionLeavesAFolderThatIsThereAlone() throws IOException {
    Bundle bundle = new BundleWriter().write(List.of(Pattern.file("f", 1)), blocks);
    Path target = Files.createDirectory(temp.resolve("out"));
    Path kept = Files.createFile(target.resolve("kept"));
    assertThrows(FileAlreadyExistsException.class, () -> extract(bundle, target, Set.of(), false));
    assertEquals(List.of(kept), Files.list(target).toList());
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("nowhere"));
    assertThrows(FileAlreadyExistsException.class, () -> extract(bundle, link, Set.of(), false));
    assertFalse(Files.exists(temp.resolve("nowhere"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void extractionThatFailsLeavesNothing() throws IOException {
    Bundle bundle = new BundleWriter().write(GoldenCidTest.files("nested"), blocks);
    Path target = temp.resolve("out");
    for (Cid cid : List.copyOf(blocks.blocks.keySet())) {
      byte[] block = blocks.blocks.remove(cid);
      FormatException e =
          assertThrows(FormatException.class, () -> extract(bundle, target, Set.of(), false));
      assertEquals(ErrorCode.BLOCK_MISSING, e.code());
      assertFalse(Files.exists(target));
      blocks.blocks.put(cid, block);
    }
    assertEquals(bundle, extract(bundle, target, Set.of(), false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "a", "a/b", "z/x", "", "/z", "../z"})
  void executableThatIsNoFileIsRefusedBeforeAnythingIsWritten(String path) throws IOException {
    Bundle bundle = new BundleWriter().write(GoldenCidTest.files("nested"), blocks);
    Path target = temp.resolve("out");
    FormatException e =
        assertThrows(FormatException.class, () -> extract(bundle, target, Set.of(path), false));
    assertEquals(ErrorCode.BUNDLE_PATH, e.code());
    assertFalse(Files.exists(target));
  }

  private Bundle extract(Bundle bundle, Path target, Set<String> exec, boolean sync)
      throws IOException {
    return new BundleReader()
        .extract(blocks, bundle.root(), Budget.declared(bundle.size()), target, exec, sync);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
