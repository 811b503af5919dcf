package org.dxos.dmg.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleFolderTest {

  @TempDir Path folder;

  @Test
  void scanTakesWhatBelongsToTheBundleAndSaysWhatDoesNot() throws IOException {
    write("dmg.json", "dmg.yaml", "index.js", "lib/dmg.json", "node_modules/p/index.js");
    write(
        ".git/HEAD", "lib/.git", ".env", ".env.local", "tls/server.key", "tls/ca.pem", ".DS_Store");
    write("notes/a.log", "notes/b.txt", "out/x");
    Files.createDirectories(folder.resolve("empty/inner"));
    Files.writeString(folder.resolve(".dmgignore"), "*.log\n/out/\n!ca.pem\n");
    FolderScan scan = ModuleFolder.open(folder).scan(".");
    assertEquals(
        List.of("index.js", "lib/dmg.json", "node_modules/p/index.js", "notes/b.txt", "tls/ca.pem"),
        scan.files().stream().map(BundleFile::path).toList());
    assertEquals(
        List.of(
            ".DS_Store",
            ".dmgignore",
            ".env",
            ".env.local",
            ".git/",
            "dmg.json",
            "dmg.yaml",
            "lib/.git",
            "notes/a.log",
            "out/",
            "tls/server.key"),
        scan.leftOut().stream().map(FolderScan.LeftOut::path).toList());
    assertEquals("/out/", scan.leftOut().get(9).reason());
  }

  @Test
  void bundleOfFolderDoesNotDependOnWhatIsLeftOutNorOnModes() throws IOException {
    write("a/x", "b");
    Bundle before = bundle(".");
    write(".git/HEAD", "dmg.json");
    Files.createDirectories(folder.resolve("empty"));
    Files.setPosixFilePermissions(
        folder.resolve("b"), PosixFilePermissions.fromString("rwxr-x---"));
    assertEquals(before, bundle("."));
    assertEquals(Set.of("b"), ModuleFolder.open(folder).scan("./").executables());
  }

  @ParameterizedTest
  @ValueSource(strings = {"dist", "dist/", "./dist"})
  void scanOfFolderInsideIsRelativeToIt(String path) throws IOException {
    write("dist/a", "dist/b/c", "dist/skip", "other");
    Files.writeString(folder.resolve(".dmgignore"), "dist/\n/dist/skip\n");
    assertEquals(
        List.of("a", "b/c"),
        ModuleFolder.open(folder).scan(path).files().stream().map(BundleFile::path).toList());
  }

  @Test
  void singleFileStandsInFolderUnderItsLastName() throws IOException {
    write("dist/bridge.wasm");
    Bundle single = bundle("dist/bridge.wasm");
    assertEquals(bundle("dist"), single);
    assertEquals("dist/bridge.wasm".length(), single.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../x",
        "a/../../x",
        "/etc",
        "",
        "a//b",
        "./..",
        "missing",
        "a\\b",
        "C:x",
        "link",
        "link/x",
        "empty"
      })
  void scanRefusesBundlePath(String path) throws IOException {
    write("a/b", "real/x");
    Files.createDirectories(folder.resolve("empty"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    BundleRefusedException e =
        assertThrows(BundleRefusedException.class, () -> ModuleFolder.open(folder).scan(path));
    assertEquals(ErrorCode.BUNDLE_PATH, e.code());
    assertEquals(path, e.refusals().getFirst().path());
  }

  @Test
  void scanReportsEveryEntryThatCannotBeInABundle() throws IOException, InterruptedException {
    write("ok", "d/A", "d/a", "back\\slash", "tab\t", "d/aux.h", "d/dot.");
    Files.createSymbolicLink(folder.resolve("d/link"), Path.of("../ok"));
    Files.createSymbolicLink(folder.resolve("dangling"), Path.of("nowhere"));
    Files.createSymbolicLink(folder.resolve("up"), Path.of("d"));
    assertEquals(
        0, new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start().waitFor());
    BundleRefusedException e =
        assertThrows(BundleRefusedException.class, () -> ModuleFolder.open(folder).scan("."));
    assertEquals(ErrorCode.BUNDLE_ENTRY, e.code());
    assertEquals(
        List.of(
            "`back\\slash`: `\\` separates paths",
            "`d/a`: `a` differs from `A` only by case",
            "`d/aux.h`: `aux` is a device on Windows",
            "`d/dot.`: a name that ends in a dot or space, which Windows drops",
            "`d/link`: a symbolic link",
            "`dangling`: a symbolic link",
            "`pipe`: a device, pipe or socket",
            "`tab\\u0009`: U+0009 is not printable ASCII",
            "`up`: a symbolic link"),
        e.refusals().stream().map(Refusal::toString).toList());
    assertTrue(e.message().endsWith("; and 1 more"), e.message());
    assertTrue(e.hint().orElse("").contains(".dmgignore"));
  }

  @Test
  void linkThatIsIgnoredIsNotRefused() throws IOException {
    write("ok");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("nowhere"));
    Files.writeString(folder.resolve(".dmgignore"), "link\n");
    assertEquals(1, ModuleFolder.open(folder).scan(".").files().size());
  }

  @Test
  void fileThatBecameALinkAfterTheScanIsNotFollowed() throws IOException {
    write("a", "b");
    FolderScan scan = ModuleFolder.open(folder).scan(".");
    Files.delete(folder.resolve("a"));
    Files.createSymbolicLink(folder.resolve("a"), folder.resolve("b"));
    assertThrows(
        IOException.class, () -> new BundleWriter().write(scan.files(), (cid, block) -> {}));
  }

  @Test
  void ignoreFileHasItsLimit() throws IOException {
    write("ok");
    Path file = folder.resolve(".dmgignore");
    Files.write(file, new byte[ModuleFolder.MAX_IGNORE_BYTES]);
    assertEquals(1, ModuleFolder.open(folder).scan(".").files().size());
    Files.write(file, new byte[ModuleFolder.MAX_IGNORE_BYTES + 1]);
    assertThrows(BundleRefusedException.class, () -> ModuleFolder.open(folder));
    Files.write(file, new byte[] {(byte) 0xff});
    assertThrows(BundleRefusedException.class, () -> ModuleFolder.open(folder));
  }

  private Bundle bundle(String path) throws IOException {
    return new BundleWriter()
        .write(ModuleFolder.open(folder).scan(path).files(), (cid, block) -> {});
  }

  /** Each file holds its own path. */
  private void write(String... paths) throws IOException {
    for (String path : paths) {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, path.getBytes(StandardCharsets.UTF_8));
    }
  }
}
