package org.dxos.dmg.graph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The sizes of the database's files after each commit. They only grow, and the engine takes a file
 * that was cut for one that is empty: it would answer less, and say nothing.
 */
final class FileSizes {

  private FileSizes() {}

  /** Writes down how large the files below {@code folder} are. */
  static void record(Path folder, Path list) throws IOException {
    StringBuilder text = new StringBuilder();
    sizes(folder).forEach((name, size) -> text.append(size).append(' ').append(name).append('\n'));
    Path fresh = list.resolveSibling(list.getFileName() + ".new");
    Files.writeString(fresh, text, StandardCharsets.ISO_8859_1);
    Files.move(fresh, list, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** True if every file of {@code list} is there, and not smaller than it was. */
  static boolean hold(Path folder, Path list) throws IOException {
    if (!Files.exists(list)) {
      return sizes(folder).isEmpty();
    }
    Map<String, Long> found = sizes(folder);
    List<String> lines = Files.readAllLines(list, StandardCharsets.ISO_8859_1);
    for (String line : lines) {
      int space = line.indexOf(' ');
      if (!line.matches("[0-9]{1,18} .+")
          || found.getOrDefault(line.substring(space + 1), -1L)
              < Long.parseLong(line.substring(0, space))) {
        return false;
      }
    }
    return !lines.isEmpty();
  }

  /** Bytes of all files below a folder. */
  static long total(Path folder) throws IOException {
    return sizes(folder).values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<String, Long> sizes(Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    if (!Files.exists(folder)) {
      return sizes;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        String name = folder.relativize(file).toString();
        if (!name.endsWith(".lock")) {
          sizes.put(name, Files.size(file));
        }
      }
    }
    return sizes;
  }
}
