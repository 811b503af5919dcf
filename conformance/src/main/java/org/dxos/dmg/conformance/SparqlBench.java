package org.dxos.dmg.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.jena.query.ReadWrite;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.DatabaseMgr;
import org.apache.jena.tdb2.sys.TDBInternal;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;

/**
 * What a node answers over HTTP, warm, against the figures wanted and, where Jena's own server is
 * given, against that over the same quads: both asked in turns, by the same client, in one run.
 *
 * <p>Usage: {@code SparqlBench HOME [FUSEKI_JAR]}, HOME with Debian's packages imported; no node
 * runs on it.
 */
public final class SparqlBench {

  private static final int ROUNDS = 60;

  /** A node that serves has been asked before: as often, and for as long in ns. */
  private static final int WARM = 200;

  private static final long WARM_NANOS = 10_000_000_000L;

  private static final String CLOSURE =
      "SELECT ?d WHERE { <dxn://org.debian/module/gnome@1.0.0> <urn:dmg:ns#closure> ?d }";
  private static final String DEPENDENTS =
      "SELECT (COUNT(?r) AS ?n) WHERE"
          + " { <dxn://org.debian/module/libc6> <urn:dmg:ns#dependents> ?r }";
  private static final String BY_SECTION =
      "SELECT ?section (COUNT(?r) AS ?n) WHERE"
          + " { ?r <https://schema.org/keywords> ?section } GROUP BY ?section ORDER BY DESC(?n)";

  private final PrintStream out;

  private SparqlBench(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    Optional<Path> fuseki =
        arguments.length > 1 ? Optional.of(Path.of(arguments[1])) : Optional.empty();
    PrintStream out =
        new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
    new SparqlBench(out).run(home, fuseki);
  }

  private void run(Path home, Optional<Path> jar) throws Exception {
    Path work = Files.createTempDirectory("dmg-bench-");
    try {
      if (jar.isPresent()) {
        copy(home, work.resolve("tdb2"));
      }
      long start = System.nanoTime();
      try (NodeProcess node = NodeProcess.start(home)) {
        out.printf("node: ready after %.2f s (wanted 3 s)%n", (System.nanoTime() - start) / 1e9);
        Asked ours = query -> get(node.url() + "/sparql?query=" + escape(query));
        median("closure of gnome", 4, () -> ours.ask(CLOSURE));
        median("count of dependents of libc6", 100, () -> ours.ask(DEPENDENTS));
        median(
            "text search `mail server`", 20, () -> get(node.url() + "/v1/search?q=mail%20server"));
        median("count by section", 0, () -> ours.ask(BY_SECTION));
        if (jar.isPresent()) {
          try (Fuseki fuseki = Fuseki.start(jar.get(), work.resolve("tdb2"))) {
            inTurns(ours, query -> get(fuseki.endpoint() + "?query=" + escape(query)));
          }
        }
      }
    } finally {
      delete(work);
    }
  }

  /** The same quads, in a database as the engine makes it by itself. */
  private void copy(Path home, Path to) throws IOException {
    try (LocalRegistry registry = LocalRegistry.open(home, World.real())) {
      registry.catchUp();
    }
    long start = System.nanoTime();
    DatasetGraph from = DatabaseMgr.connectDatasetGraph(projection(home).toString());
    DatasetGraph copy = DatabaseMgr.connectDatasetGraph(Files.createDirectories(to).toString());
    try {
      from.begin(ReadWrite.READ);
      Txn.executeWrite(copy, () -> from.find().forEachRemaining(copy::add));
      from.end();
    } finally {
      TDBInternal.expel(copy);
      TDBInternal.expel(from);
    }
    out.printf(
        "the same quads in a database of the engine's own making: %.1f s%n",
        (System.nanoTime() - start) / 1e9);
  }

  private static Path projection(Path home) throws IOException {
    try (Stream<Path> folders = Files.list(home.resolve("rdf"))) {
      return folders
          .map(folder -> folder.resolve("tdb2"))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow(() -> new IOException("no projection in `" + home + "`"));
    }
  }

  private interface Asked {
    int ask(String query) throws IOException;
  }

  private interface Work {
    int run() throws IOException;
  }

  private void inTurns(Asked ours, Asked theirs) throws IOException {
    double[] ratios = new double[ROUNDS];
    double[] mine = new double[ROUNDS];
    double[] other = new double[ROUNDS];
    for (int i = -WARM; i < ROUNDS; i++) {
      double a = millis(() -> ours.ask(BY_SECTION));
      double b = millis(() -> theirs.ask(BY_SECTION));
      if (i >= 0) {
        mine[i] = a;
        other[i] = b;
        ratios[i] = a / b;
      }
    }
    Arrays.sort(mine);
    Arrays.sort(other);
    Arrays.sort(ratios);
    out.printf(
        "count by section, in turns: node %.1f ms, Fuseki %.1f ms, median ratio %.2f (at most 1.5)%n",
        mine[ROUNDS / 2], other[ROUNDS / 2], ratios[ROUNDS / 2]);
  }

  private void median(String what, double wanted, Work work) throws IOException {
    long start = System.nanoTime();
    int asked = 0;
    for (; asked < WARM; asked++) {
      work.run();
    }
    double early = median(work);
    for (; System.nanoTime() - start < WARM_NANOS; asked++) {
      work.run();
    }
    double warm = median(work);
    out.printf(
        "%-34s %d bytes, median %.2f ms after %d requests%s, %.2f ms after %d%n",
        what,
        work.run(),
        warm,
        asked,
        wanted > 0 ? " (wanted " + wanted + " ms)" : "",
        early,
        WARM);
  }

  private static double median(Work work) throws IOException {
    double[] millis = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      millis[i] = millis(work);
    }
    Arrays.sort(millis);
    return millis[ROUNDS / 2];
  }

  private static double millis(Work work) throws IOException {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static String escape(String query) {
    return URLEncoder.encode(query, StandardCharsets.UTF_8);
  }

  private static int get(String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestProperty("Accept", "application/sparql-results+json, application/json");
    try (InputStream answer = connection.getInputStream()) {
      return answer.readAllBytes().length;
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes facts)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path one, java.io.IOException failure)
              throws IOException {
            Files.delete(one);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
