package org.dxos.dmg.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.unixfs.Bundle;
import org.dxos.dmg.unixfs.BundleFile;
import org.dxos.dmg.unixfs.BundleWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Folders get the roots that {@code ipfs-unixfs-importer} gives them with the profile {@code
 * unixfs-v1-2025}, and {@code ipfs-unixfs-exporter} reads the blocks that were written back to the
 * same files.
 */
class UnixFsDifferentialTest {

  private static final int FOLDERS = 200;
  private static final long SEED = 20_260_102;
  private static final int MIB = 1024 * 1024;

  /** A file: position and salt decide each of its bytes. */
  private record Planned(String path, long size, int salt) {

    byte at(long i) {
      return (byte) (i * 31 + (i >> 8) * 7 + (i >> 16) + salt);
    }

    InputStream open() {
      return new InputStream() {
        private long next;

        @Override
        public int read() {
          return next == size ? -1 : at(next++) & 0xff;
        }

        @Override
        public int read(byte[] out, int offset, int length) {
          int count = (int) Math.min(length, size - next);
          for (int i = 0; i < count; i++) {
            out[offset + i] = at(next++);
          }
          return count == 0 && length > 0 ? -1 : count;
        }
      };
    }

    BundleFile file() {
      return new BundleFile(path, size, this::open);
    }

    String sha256() throws IOException {
      MessageDigest digest = Cid.digest();
      byte[] piece = new byte[64 * 1024];
      try (InputStream in = open()) {
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
          digest.update(piece, 0, n);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  private static List<List<Planned>> folders() {
    Random random = new Random(SEED);
    List<List<Planned>> folders = new ArrayList<>();
    for (long size : new long[] {0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB}) {
      folders.add(List.of(new Planned("f", size, 0)));
    }
    folders.add(List.of(new Planned("d/".repeat(28) + "deep.txt", 7, 1)));
    // The block of 4,095 such entries is just within the 256 KiB of a folder; 9,000 are two levels.
    for (int count : new int[] {4000, 4094, 4095, 4096, 4097, 5000, 9000}) {
      folders.add(wide(count, ""));
    }
    List<Planned> inner = new ArrayList<>(wide(4500, "src/lib/"));
    inner.add(new Planned("index.js", 10, 3));
    folders.add(inner);
    while (folders.size() < FOLDERS) {
      folders.add(folder(random));
    }
    return folders;
  }

  private static List<Planned> wide(int count, String prefix) {
    List<Planned> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      files.add(new Planned("%sf%019d".formatted(prefix, i), 1, i % 3));
    }
    return files;
  }

  private static List<Planned> folder(Random random) {
    TreeMap<String, Planned> files = new TreeMap<>();
    Set<String> taken = new LinkedHashSet<>();
    for (int i = 1 + random.nextInt(12); i > 0; i--) {
      StringBuilder path = new StringBuilder();
      for (int depth = random.nextInt(5); depth > 0; depth--) {
        path.append("d").append((char) ('a' + random.nextInt(4))).append('/');
      }
      path.append("f").append(random.nextInt(1000)).append(random.nextBoolean() ? ".js" : " ~!x");
      long size =
          switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> MIB - 1 + random.nextInt(3);
            case 2 -> random.nextInt(3 * MIB);
            default -> random.nextInt(5000);
          };
      if (taken.add(path.toString())) {
        files.put(path.toString(), new Planned(path.toString(), size, random.nextInt(256)));
      }
    }
    return List.copyOf(files.values());
  }

  private static String line(List<Planned> files) {
    StringBuilder line = new StringBuilder("[");
    for (Planned one : files) {
      line.append(line.length() > 1 ? "," : "")
          .append("[\"%s\",%d,%d]".formatted(one.path(), one.size(), one.salt()));
    }
    return line.append("]").toString();
  }

  private static Bundle write(List<Planned> files, Path blocks) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(blocks)))) {
      return new BundleWriter()
          .write(
              files.stream().map(Planned::file).toList(),
              (cid, block) -> {
                try {
                  byte[] bytes = cid.bytes();
                  out.writeByte(bytes.length);
                  out.write(bytes);
                  out.writeInt(block.length);
                  out.write(block);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  @Test
  void foldersHaveTheRootsOfTheImporterAndTheExporterReadsThem() throws Exception {
    List<List<Planned>> folders = folders();
    List<String> expected =
        Npm.run("unixfs-import.mjs", folders.stream().map(UnixFsDifferentialTest::line).toList());
    assertEquals(FOLDERS, expected.size());
    Path scratch = Npm.folder("blocks");
    List<String> written = new ArrayList<>();
    for (int i = 0; i < FOLDERS; i++) {
      Path blocks = scratch.resolve(i + ".blocks");
      Bundle bundle = write(folders.get(i), blocks);
      assertEquals(expected.get(i), bundle.root().toString(), "folder " + i);
      assertEquals(folders.get(i).size(), bundle.files());
      written.add(blocks.toString());
    }
    List<String> read = Npm.run("unixfs-export.mjs", written);
    for (int i = 0; i < FOLDERS; i++) {
      assertEquals(listing(folders.get(i)), read.get(i), "folder " + i);
      Files.delete(Path.of(written.get(i)));
    }
  }

  private static String listing(List<Planned> files) throws IOException {
    List<String> rows = new ArrayList<>();
    for (Planned one : files.stream().sorted((a, b) -> a.path().compareTo(b.path())).toList()) {
      rows.add("[\"%s\",%d,\"%s\"]".formatted(one.path(), one.size(), one.sha256()));
    }
    return "[" + String.join(",", rows) + "]";
  }

  /** 300 MiB take their time: run with {@code -Ddmg.slow=true}. */
  @Test
  @EnabledIfSystemProperty(named = "dmg.slow", matches = "true")
  void aFileOfThreeHundredMebibytesIsStreamedToTheRootOfTheImporter() throws Exception {
    List<Planned> files = List.of(new Planned("large", 300L * MIB, 5));
    List<String> expected = Npm.run("unixfs-import.mjs", List.of(line(files)));
    int[] largest = {0};
    Bundle bundle =
        new BundleWriter()
            .write(
                files.stream().map(Planned::file).toList(),
                (cid, block) -> largest[0] = Math.max(largest[0], block.length));
    assertEquals(expected, List.of(bundle.root().toString()));
    assertTrue(largest[0] <= MIB, "a block of " + largest[0] + " bytes");
  }
}
