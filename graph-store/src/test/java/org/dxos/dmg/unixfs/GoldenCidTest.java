package org.dxos.dmg.unixfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Another implementation makes the same roots of the same files. */
class GoldenCidTest {

  private static final int MIB = 1024 * 1024;

  @TestFactory
  List<DynamicTest> writerMakesTheRootsOfTheReferenceAndReaderTakesThem() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    golden()
        .forEach(
            (row, root) -> {
              if (!row.equals("1025MiB")) {
                tests.add(DynamicTest.dynamicTest(row, () -> check(row, root)));
              }
            });
    assertEquals(25, tests.size());
    return tests;
  }

  /** A gigabyte takes its time: run with {@code -Ddmg.slow=true}. */
  @Test
  @EnabledIfSystemProperty(named = "dmg.slow", matches = "true")
  void writerMakesTheRootOfTheReferenceBeyondOneFullNode() throws IOException {
    Bundle bundle =
        new BundleWriter().write(List.of(Pattern.file("f", 1025L * MIB)), (cid, block) -> {});
    assertEquals(golden().get("1025MiB"), bundle.root().toString());
  }

  private static void check(String row, String root) throws IOException {
    Profile profile =
        row.startsWith("small-")
            ? new Profile(4, 3, 256 * 1024)
            : row.startsWith("width-") ? new Profile(4, 1024, 256 * 1024) : Profile.UNIXFS_V1_2025;
    List<BundleFile> files = files(row);
    MapBlocks blocks = new MapBlocks();
    Bundle bundle = new BundleWriter(profile).write(files, blocks);
    assertEquals(root, bundle.root().toString());
    assertEquals(files.size(), bundle.files());
    assertTrue(blocks.blocks.containsKey(bundle.root()));
    BundleReader reader = new BundleReader(profile);
    assertEquals(bundle, reader.verify(blocks, bundle.root(), Budget.declared(bundle.size())));
    assertEquals(
        files.stream().map(BundleFile::path).sorted().toList(),
        reader.list(blocks, bundle.root(), Budget.declared(bundle.size())).stream()
            .map(BundleEntry::path)
            .sorted()
            .toList());
    BundleBlocks all = BundleBlocks.of(blocks, bundle.root());
    assertTrue(all.complete());
    assertEquals(blocks.blocks.keySet(), new HashSet<>(all.held()));
  }

  static List<BundleFile> files(String row) {
    return switch (row) {
      case "empty-file" -> one(0);
      case "one-byte" -> one(1);
      case "chunk-1" -> one(MIB - 1);
      case "chunk" -> one(MIB);
      case "chunk+1" -> one(MIB + 1);
      case "5MiB" -> one(5 * MIB);
      case "nested" ->
          List.of(
              Pattern.file("a/b/c.txt", 10),
              Pattern.file("a/b/d.txt", 20),
              Pattern.file("a/e.bin", 2 * MIB + 5),
              Pattern.file("z", 3),
              Pattern.file("A b/!x", 1),
              Pattern.file("node_modules/p/index.js", 100));
      case "wide-6000" -> wide("", 6000, 60, i -> i % 10);
      case "wide-20000" -> wide("", 20000, 20, i -> i % 10);
      case "wide-in-folder" ->
          with(wide("lib/", 6000, 60, i -> i % 10), Pattern.file("index.js", 5));
      // 4 bytes, 4,095 links of 64 and one of 60: exactly the 256 KiB that a folder may have.
      case "threshold-at" ->
          with(wide("", 4095, 20, i -> 1), Pattern.file("g" + "0".repeat(15), 1));
      case "threshold-past" ->
          with(wide("", 4095, 20, i -> 1), Pattern.file("g" + "0".repeat(16), 1));
      case "width-1024" -> one(1024 * 4);
      case "width-1025" -> one(1024 * 4 + 1);
      case "width-2100" -> one(2100 * 4 + 3);
      default -> one(Integer.parseInt(row.substring("small-".length())));
    };
  }

  private static List<BundleFile> one(int size) {
    return List.of(Pattern.file("f", size));
  }

  private static List<BundleFile> wide(
      String folder, int count, int length, IntToLongFunction size) {
    List<BundleFile> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String number = Integer.toString(i);
      String name = "f" + "0".repeat(length - 1 - number.length()) + number;
      files.add(Pattern.file(folder + name, size.applyAsLong(i)));
    }
    return files;
  }

  private static List<BundleFile> with(List<BundleFile> files, BundleFile last) {
    files.add(last);
    return files;
  }

  static Map<String, String> golden() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    try (InputStream in =
        Objects.requireNonNull(GoldenCidTest.class.getResourceAsStream("golden-cids.tsv"))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> rows.put(line.split("\t")[0], line.split("\t")[1]));
    }
    return rows;
  }
}
