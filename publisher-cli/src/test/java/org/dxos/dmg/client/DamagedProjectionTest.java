package org.dxos.dmg.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.riot.out.NodeFmtLib;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.DatabaseMgr;
import org.apache.jena.tdb2.sys.TDBInternal;
import org.dxos.dmg.care.Fsck;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.node.HomeCare;
import org.dxos.dmg.node.LocalRegistry;
import org.dxos.dmg.node.World;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.trust.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The RDF projection is derived: lost, foreign or damaged, it is made again and is the same. */
class DamagedProjectionTest {

  private static final String EVIL =
      "a \\\" quote, a > and a <urn:evil> , a \\\\ and a\\n<urn:evil> <urn:evil> <urn:evil> . #";

  private static final World WORLD =
      new World(
          () -> Instant.ofEpochSecond(1_800_000_000),
          new Random(13),
          Thread.ofPlatform().daemon().factory());

  @TempDir Path temp;

  private Path home() {
    return temp.resolve("home");
  }

  private void publish(LocalRegistry registry, int from, int to) throws IOException {
    Publisher publisher =
        new Publisher(registry, new KeyRing(home(), WORLD.random()), WORLD.clock());
    for (int i = from; i < to; i++) {
      Path folder = Files.createDirectories(temp.resolve("m" + i));
      Files.writeString(folder.resolve("index.js"), "export const i = " + i + ";\n");
      Files.writeString(
          folder.resolve("dmg.json"),
          """
          {"name": "org.one/module/m%d", "version": "1.0.%d", "description": "%s",
           "keywords": ["> <urn:evil>", "\\" . }"], "license": "<urn:evil>",
           "authors": ["A\\\\"], "repository": "https://example.org/a b> <urn:evil>",
           "runtimes": [{"runtime": "nodejs", "bundle": "."}]}
          """
              .formatted(i % 3, i, EVIL));
      publisher.publish(PreparedModule.read(folder, Optional.empty(), Optional.empty()));
    }
  }

  private static List<String> quads(LocalRegistry registry) {
    String rows =
        new String(
            registry
                .sparql("SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }", "text/tab-separated-values")
                .body(),
            StandardCharsets.UTF_8);
    return rows.lines().skip(1).sorted().toList();
  }

  private List<Path> projectionFiles() throws IOException {
    try (Stream<Path> walk = Files.walk(home().resolve("rdf"))) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void hostileTextStaysALiteralInItsOwnGraph() throws IOException {
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      publish(registry, 0, 2);
      List<String> quads = quads(registry);
      assertTrue(quads.size() > 20, quads.toString());
      assertTrue(quads.stream().anyMatch(quad -> quad.contains("<urn:evil>")), "the text is there");
      for (String quad : quads) {
        String[] terms = quad.split("\t");
        assertEquals(4, terms.length, quad);
        assertFalse(
            terms[0].contains("evil") || terms[1].contains("evil") || terms[2].contains("evil"),
            quad);
        assertFalse(terms[3].startsWith("<urn:evil"), quad);
        assertTrue(
            terms[0].equals("<urn:dmg:registry>")
                || terms[1].startsWith(terms[0].substring(0, terms[0].length() - 1))
                || terms[1].startsWith("<dxn://org.one/module/m"),
            quad);
      }
    }
  }

  @Test
  void lostForeignAndOldProjectionsAreMadeAgainAndEqual() throws IOException {
    List<String> before;
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      publish(registry, 0, 4);
      before = quads(registry);
      publish(registry, 4, 6); // not projected when it closes
    }
    List<String> after;
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      after = quads(registry);
    }
    assertTrue(after.size() > before.size());
    Path rdf = home().resolve("rdf");
    Files.writeString(rdf.resolve("journal"), "00".repeat(16) + "\n");
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      assertEquals(after, quads(registry), "another journal's");
    }
    Files.delete(rdf.resolve("journal"));
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      assertEquals(after, quads(registry), "cut off while it was made");
    }
    delete(rdf);
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      assertEquals(after, quads(registry), "lost");
    }
  }

  private static final String RELEASE = "#Release>";

  /** Says things that no record says, behind the back of everybody. */
  private void tamper(Consumer<DatasetGraph> with) {
    DatasetGraph quads =
        DatabaseMgr.connectDatasetGraph(home().resolve("rdf/data/tdb2").toString());
    try {
      Txn.executeWrite(quads, () -> with.accept(quads));
    } finally {
      TDBInternal.expel(quads);
    }
  }

  private Fsck.Report check() {
    try (HomeCare care = HomeCare.open(home(), WORLD)) {
      return care.fsckProjection().report();
    }
  }

  @Test
  void eachQuadThatIsWrongIsNamedAndTheProjectionIsMadeAnew() throws IOException {
    List<String> right;
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      publish(registry, 0, 3);
      right = quads(registry);
    }
    assertEquals(List.of(), check().faults(), "what grew is what is expected");
    Node graph = NodeFactory.createURI(terms(right, RELEASE)[0]);
    Node subject = NodeFactory.createURI(terms(right, RELEASE)[1]);
    Node evil = NodeFactory.createURI("urn:evil");
    Map<String, Consumer<DatasetGraph>> lies = new LinkedHashMap<>();
    lies.put("says " + NodeFmtLib.strNT(subject), quads -> quads.add(graph, subject, evil, evil));
    lies.put("says <urn:evil>", quads -> quads.add(graph, evil, evil, evil));
    lies.put(
        "lacks " + NodeFmtLib.strNT(subject),
        quads ->
            quads.deleteAny(graph, subject, NodeFactory.createURI(Ontology.VERSION), Node.ANY));
    lies.put(
        "graph <ipfs://x> is of nothing that is held",
        quads -> quads.add(NodeFactory.createURI("ipfs://x"), subject, evil, evil));
    Node other =
        NodeFactory.createURI(
            terms(right.stream().filter(quad -> !quad.contains(graph.getURI())).toList(), RELEASE)[
                0]);
    lies.put(
        "graph " + NodeFmtLib.strNT(other) + " is not there",
        quads -> quads.deleteAny(other, Node.ANY, Node.ANY, Node.ANY));
    lies.put(
        "graph <urn:dmg:registry> says",
        quads ->
            quads.add(
                NodeFactory.createURI("urn:dmg:registry"),
                subject,
                NodeFactory.createURI(Ontology.YANKED),
                NodeFactory.createLiteralString("not so")));
    tamper(quads -> lies.values().forEach(lie -> lie.accept(quads)));
    Fsck.Report report = check();
    for (String lie : lies.keySet()) {
      assertTrue(
          report.faults().stream().anyMatch(fault -> fault.what().contains(lie)),
          () -> lie + " is not named in " + report.faults());
    }
    assertTrue(report.faults().stream().noneMatch(fault -> fault.kind().truth()));
    try (HomeCare care = HomeCare.open(home(), WORLD)) {
      care.mend(report, _ -> Optional.empty());
    }
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      assertEquals(right, quads(registry));
    }
    assertEquals(List.of(), check().faults());
  }

  /** Graph and subject, without brackets, of the first quad that ends so. */
  private static String[] terms(List<String> quads, String end) {
    String[] terms =
        quads.stream().filter(quad -> quad.endsWith(end)).findFirst().orElseThrow().split("\t");
    return new String[] {
      terms[0].substring(1, terms[0].length() - 1), terms[1].substring(1, terms[1].length() - 1)
    };
  }

  /** What grew commit by commit, with what was said later, is what comes of the journal at once. */
  @Test
  void madeAnewBesideReadersItIsTheSameAndReadersNotice() throws Exception {
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      publish(registry, 0, 4);
      quads(registry);
      Publisher publisher =
          new Publisher(registry, new KeyRing(home(), WORLD.random()), WORLD.clock());
      Name first = Name.parse("org.one/module/m0");
      publisher.say(first, new Statement.Tag("stable", "1.0.0"));
      quads(registry);
      publisher.say(first, new Statement.Yank("1.0.0", "broken > <urn:evil>"));
      publish(registry, 4, 6);
      List<String> grown = quads(registry);
      AtomicBoolean done = new AtomicBoolean();
      AtomicInteger answers = new AtomicInteger();
      List<String> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (!done.get()) {
                        try {
                          if (!quads(registry).equals(grown)) {
                            wrong.add("other quads");
                          }
                          if (registry.search("m1", 10).isEmpty()) {
                            wrong.add("search finds nothing");
                          }
                          answers.incrementAndGet();
                        } catch (RuntimeException e) {
                          wrong.add(e.toString());
                        }
                      }
                    }));
      }
      for (int i = 0; i < 3; i++) {
        int before = answers.get();
        registry.reindex();
        assertTrue(answers.get() > before, "answers while it was made anew");
      }
      done.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
      assertEquals(List.of(), wrong);
      publish(registry, 6, 7);
      assertTrue(quads(registry).size() > grown.size());
    }
    try (Stream<Path> folders = Files.list(home().resolve("rdf"))) {
      assertEquals(1, folders.filter(Files::isDirectory).count(), "the old ones are gone");
    }
    Files.createDirectories(home().resolve("rdf/data-9/tdb2"));
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      assertTrue(quads(registry).size() > 20);
    }
    assertFalse(Files.exists(home().resolve("rdf/data-9")), "what was cut off is gone");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      walk.sorted(java.util.Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  private enum Damage {
    EMPTY,
    HALF,
    NOISE
  }

  @Test
  void damageToAnyFileIsRepairedByMakingItAgain() throws IOException {
    List<String> wanted;
    try (LocalRegistry registry = LocalRegistry.open(home(), WORLD)) {
      publish(registry, 0, 4);
      wanted = quads(registry);
    }
    List<String> wrong = new ArrayList<>();
    int found = 0;
    int tried = 0;
    int number = 0;
    for (Path file : projectionFiles()) {
      number++;
      for (Damage damage : Damage.values()) {
        // Terms have no checksum: only a comparison with the records finds other words in them.
        boolean unseen =
            damage == Damage.NOISE && String.valueOf(file.getFileName()).equals("nodes-data.obj");
        // One damage a file, in turns: a home is large to copy.
        if (Files.size(file) == 0 || unseen || damage.ordinal() != number % 3) {
          continue;
        }
        // A home of its own each time: the engine may hold on to what it could not open.
        Path copy = temp.resolve("copy" + tried++);
        copy(home(), copy);
        Path relative = home().relativize(file);
        damage(copy.resolve(relative), damage);
        String what = damage + " " + relative + ": ";
        // Found when it is opened, or when it is read; then the next process makes it again.
        if (!ask(copy, what, wanted, wrong, true)) {
          found++;
          ask(copy, what + "again: ", wanted, wrong, false);
        }
        delete(copy);
      }
    }
    assertTrue(tried > 30, "only " + tried);
    assertTrue(found < tried / 2, found + " of " + tried + " were found late");
    assertEquals(List.of(), wrong);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  private static boolean ask(
      Path home, String what, List<String> wanted, List<String> wrong, boolean mayFail) {
    try (LocalRegistry registry = LocalRegistry.open(home, WORLD)) {
      if (!quads(registry).equals(wanted)) {
        wrong.add(what + "other quads");
      }
      if (registry.search("m1", 10).isEmpty()) {
        wrong.add(what + "search finds nothing");
      }
      return true;
    } catch (RuntimeException e) {
      boolean told = e instanceof Explained explained && explained.code() == ErrorCode.STORAGE;
      if (!mayFail || !told) {
        wrong.add(what + e);
      }
      return false;
    }
  }

  private static void damage(Path file, Damage damage) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    switch (damage) {
      case EMPTY -> Files.write(file, new byte[0]);
      case HALF -> Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
      case NOISE -> {
        byte[] noise = new byte[Math.min(bytes.length, 64 * 1024)];
        new Random(1).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, 0, noise.length);
        Files.write(file, bytes);
      }
    }
  }
}
