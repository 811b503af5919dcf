package org.dxos.dmg.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.zip.GZIPInputStream;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;

/**
 * The module graph over a home into which Debian's packages were imported: how long it takes to
 * load and to answer, beside the same walks over plain arrays, and whether every closure has the
 * size that others computed.
 */
public final class GraphBench {

  private static final String AUTHORITY = "org.debian";
  private static final int ROUNDS = 200;

  private GraphBench() {}

  /**
   * @param arguments the home; then, if it is there, {@code debian-closures.tsv.gz}
   */
  public static void main(String[] arguments) throws Exception {
    PrintStream out =
        new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
    long start = System.nanoTime();
    try (LocalRegistry registry = LocalRegistry.open(Path.of(arguments[0]), World.real())) {
      long opened = System.nanoTime();
      ModuleGraph graph = registry.modules();
      long loaded = System.nanoTime();
      out.printf(
          "open %.2f s, load %d releases %.2f s (wanted 2 s)%n",
          (opened - start) / 1e9, graph.size(), (loaded - opened) / 1e9);
      System.gc();
      Runtime memory = Runtime.getRuntime();
      out.printf("heap in use %d MiB%n", (memory.totalMemory() - memory.freeMemory()) >> 20);
      int gnome = graph.releases(AUTHORITY, "module/gnome")[0];
      int[][] arrays = arrays(graph);
      time(out, "closure of gnome", 0.3, () -> graph.closure(gnome).length);
      time(out, "  over plain arrays", 0, () -> walk(arrays, gnome));
      time(out, "dependents of libc6", 3, () -> graph.dependents(AUTHORITY, "module/libc6").length);
      all(out, graph, arguments.length > 1 ? sizes(Path.of(arguments[1])) : Map.of());
      questions(out, registry);
      sparql(out, registry);
    }
  }

  /** As a command asks them, in names: sorted, and cut to what is shown. */
  private static void questions(PrintStream out, LocalRegistry registry) {
    String gnome = AUTHORITY + "/module/gnome";
    String libc = AUTHORITY + "/module/libc6";
    time(
        out,
        "ten ways from gnome to libc6",
        20,
        0,
        () -> registry.why(gnome, libc, 10).paths().size());
    time(
        out,
        "a thousand ways from gnome to libc6",
        3,
        0,
        () -> registry.why(gnome, libc, 1000).paths().size());
    time(
        out,
        "dependents of libc6, a thousand named",
        20,
        0,
        () -> (int) registry.dependents(libc, false, 1000).releases().count());
    time(
        out,
        "broken if libc6 were withdrawn",
        20,
        0,
        () -> (int) registry.withdrawal(libc, 1000).lost().count());
  }

  private static void sparql(PrintStream out, LocalRegistry registry) {
    time(
        out,
        "SPARQL, closure of gnome",
        4,
        () ->
            lines(
                registry,
                "SELECT ?d WHERE { <dxn://org.debian/module/gnome@1.0.0> <urn:dmg:ns#closure> ?d }"));
    time(
        out,
        "SPARQL, count of dependents of libc6",
        100,
        () ->
            lines(
                registry,
                "SELECT (COUNT(?r) AS ?n) WHERE"
                    + " { <dxn://org.debian/module/libc6> <urn:dmg:ns#dependents> ?r }"));
    time(out, "text search `mail server`", 20, () -> registry.search("mail server", 20).size());
  }

  private static int lines(LocalRegistry registry, String query) {
    return (int)
        new String(registry.sparql(query, "text/csv").body(), StandardCharsets.UTF_8)
            .lines()
            .count();
  }

  private static void time(PrintStream out, String what, double wanted, IntSupplier work) {
    time(out, what, ROUNDS, wanted, work);
  }

  private static void time(
      PrintStream out, String what, int rounds, double wanted, IntSupplier work) {
    double[] millis = new double[rounds];
    int result = 0;
    for (int i = 0; i < rounds; i++) {
      long start = System.nanoTime();
      result = work.getAsInt();
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    double first = millis[0];
    Arrays.sort(millis);
    out.printf(
        "%-38s %6d: first %.2f ms, median %.3f ms%s%n",
        what, result, first, millis[rounds / 2], wanted > 0 ? " (wanted " + wanted + " ms)" : "");
  }

  private static void all(PrintStream out, ModuleGraph graph, Map<String, Integer> known) {
    for (int round = 0; round < 3; round++) {
      long members = 0;
      long wrong = 0;
      long start = System.nanoTime();
      for (int release = 0; release < graph.size(); release++) {
        members += graph.closure(release).length;
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (round == 0) {
        for (int release = 0; release < graph.size() && !known.isEmpty(); release++) {
          Integer size = known.get(graph.release(release).path());
          if (size != null && size != graph.closure(release).length) {
            wrong++;
          }
        }
        out.printf(
            "%d closures, %d known, %d of another size%n", graph.size(), known.size(), wrong);
      }
      out.printf("all closures: %d members in %.2f s (wanted 2 s)%n", members, seconds);
    }
  }

  private static int[][] arrays(ModuleGraph graph) {
    int[][] arrays = new int[graph.size()][];
    for (int release = 0; release < arrays.length; release++) {
      arrays[release] = graph.dependencies(release);
    }
    return arrays;
  }

  /** The limit: the walk alone, with scratch that is there already. */
  private static int walk(int[][] arrays, int from) {
    boolean[] seen = new boolean[arrays.length];
    int[] queue = new int[arrays.length];
    int end = 0;
    queue[end++] = from;
    seen[from] = true;
    for (int at = 0; at < end; at++) {
      for (int next : arrays[queue[at]]) {
        if (!seen[next]) {
          seen[next] = true;
          queue[end++] = next;
        }
      }
    }
    return end;
  }

  /** By module path, of names that stand as they are; of two of one name the later line. */
  private static Map<String, Integer> sizes(Path file) throws IOException {
    Map<String, Integer> sizes = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .filter(parts -> parts[0].matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"))
          .forEach(parts -> sizes.put("module/" + parts[0], Integer.parseInt(parts[2])));
    }
    return sizes;
  }
}
