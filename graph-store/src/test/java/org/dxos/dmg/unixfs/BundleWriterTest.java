package org.dxos.dmg.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dxos.dmg.error.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleWriterTest {

  @ParameterizedTest
  @CsvSource({"4,0", "5,1", "12,1", "13,2", "36,2", "37,3", "108,3", "109,4"})
  void profileKnowsTheHeightOfEveryFile(long size, int height) throws IOException {
    Profile profile = new Profile(4, 3, 1000);
    assertEquals(height, profile.height(size));
    Built built =
        FileDag.write(Pattern.file("f", size).content().open(), profile, (cid, block) -> {});
    assertEquals(height, built.height());
  }

  @Test
  void orderOfFilesDoesNotMatter() throws IOException {
    List<BundleFile> files = new ArrayList<>(GoldenCidTest.files("nested"));
    Bundle one = new BundleWriter().write(files, (cid, block) -> {});
    Collections.shuffle(files, new Random(7));
    assertEquals(one, new BundleWriter().write(files, (cid, block) -> {}));
  }

  @Test
  void sizeCountsEachFileAsOftenAsItOccurs() throws IOException {
    MapBlocks blocks = new MapBlocks();
    Bundle bundle =
        new BundleWriter()
            .write(
                List.of(
                    Pattern.file("a", 7),
                    Pattern.file("b", 7),
                    Pattern.file("c/a", 7),
                    Pattern.file("empty", 0)),
                blocks);
    assertEquals(21, bundle.size());
    assertEquals(4, bundle.files());
    assertEquals(4, blocks.blocks.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        "a/.",
        "a\\b",
        "C:evil",
        "a\u0000b",
        "a\nb",
        "\u007f",
        "caf\u00e9",
        "cafe\u0301",
        "\u212a",
        "a.",
        "a /b",
        "con",
        "NUL.txt",
        "aux.js",
        "x/CoM1.tar.gz",
        "LPT9",
        "conin$",
        "con .txt",
        "what?",
        "a*",
        "a|b",
        "<a>",
        "\"a\""
      })
  void writerRefusesNamesThatAreNotTheSameEverywhere(String path) {
    BundleRefusedException e =
        assertThrows(
            BundleRefusedException.class,
            () ->
                new BundleWriter()
                    .write(List.of(Pattern.file("ok", 1), Pattern.file(path, 1)), (c, b) -> {}));
    assertEquals(ErrorCode.BUNDLE_ENTRY, e.code());
    assertEquals(1, e.refusals().size());
    assertEquals(path, e.refusals().getFirst().path());
    assertTrue(e.message().chars().allMatch(c -> c >= 0x20 && c < 0x7f), e.message());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b",
        "[id].js",
        "...slug",
        ".hidden",
        "~",
        "!#$%&'()+,-;=@[]^_`{}",
        "console.js",
        "com10",
        "nul-x",
        "auxiliary/aux-1.js",
        "..a",
        " a"
      })
  void writerTakesNamesThatAreUnusualAndPortable(String path) throws IOException {
    assertEquals(1, new BundleWriter().write(List.of(Pattern.file(path, 1)), (c, b) -> {}).files());
  }

  @Test
  void writerReportsAllRefusalsAtOnce() {
    BundleRefusedException e =
        assertThrows(
            BundleRefusedException.class,
            () ->
                new BundleWriter()
                    .write(
                        List.of(
                            Pattern.file("lib/a", 1),
                            Pattern.file("LIB/b", 1),
                            Pattern.file("lib/A", 1),
                            Pattern.file("lib/a", 1),
                            Pattern.file("lib/a/c", 1),
                            Pattern.file("lib", 1),
                            Pattern.file("nul", 1)),
                        (c, b) -> {}));
    assertEquals(
        List.of(
            "`LIB/b`: `LIB` differs from `lib` only by case",
            "`lib/A`: `A` differs from `a` only by case",
            "`lib/a`: there is another entry of this path",
            "`lib/a/c`: `lib/a` is a file",
            "`lib`: there is another entry of this path",
            "`nul`: `nul` is a device on Windows"),
        e.refusals().stream().map(Refusal::toString).toList());
  }

  @Test
  void writerTakesLimitsAndNotOneMore() throws IOException {
    assertEquals(1, write("n".repeat(255)).files());
    assertThrows(BundleRefusedException.class, () -> write("n".repeat(256)));
    String path = ("d".repeat(127) + "/").repeat(7) + "f".repeat(127);
    assertEquals(1, write(path + "f").files());
    assertThrows(BundleRefusedException.class, () -> write(path + "ff"));
    assertEquals(1, write("d/".repeat(31) + "f").files());
    BundleRefusedException e =
        assertThrows(BundleRefusedException.class, () -> write("d/".repeat(32) + "f"));
    assertTrue(e.message().contains("33 links deep, at most 32"), e.message());
    assertThrows(
        BundleRefusedException.class, () -> new BundleWriter().write(List.of(), (c, b) -> {}));
  }

  @Test
  void writerTakesAHundredThousandEntriesAndNotOneMore() throws IOException {
    List<BundleFile> files =
        new ArrayList<>(
            IntStream.range(0, Budget.MAX_ENTRIES)
                .mapToObj(i -> BundleFile.of("f" + i, new byte[0]))
                .toList());
    assertEquals(100_000, new BundleWriter().write(files, (c, b) -> {}).files());
    files.add(BundleFile.of("one-more", new byte[0]));
    BundleRefusedException e =
        assertThrows(
            BundleRefusedException.class, () -> new BundleWriter().write(files, (c, b) -> {}));
    assertTrue(e.message().contains("100001"), e.message());
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 6})
  void writerRefusesFileThatChangedWhileItWasRead(long size) {
    BundleFile file = new BundleFile("f", size, Pattern.file("f", 5).content());
    BundleRefusedException e =
        assertThrows(
            BundleRefusedException.class,
            () -> new BundleWriter().write(List.of(file), (c, b) -> {}));
    assertTrue(e.message().contains("5 bytes, expected " + size), e.message());
  }

  private static Bundle write(String path) throws IOException {
    return new BundleWriter().write(List.of(Pattern.file(path, 1)), (c, b) -> {});
  }
}
