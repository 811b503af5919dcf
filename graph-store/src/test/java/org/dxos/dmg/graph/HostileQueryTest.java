package org.dxos.dmg.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.DatabaseMgr;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.modules.ModuleIndex;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Queries that would read elsewhere, run code, or never end. */
class HostileQueryTest {

  private static final QueryLimits QUICK =
      new QueryLimits(300, 200, 1_000, 1_000, 256L * 1024 * 1024, 2, 2_000, 2);

  /** For what is refused whatever its time: a busy machine is no reason to fail. */
  private static final QueryLimits PATIENT =
      new QueryLimits(20_000, 200, 1_000, 1_000, 256L * 1024 * 1024, 2, 20_000, 2);

  private static DatasetGraph graph;

  /** 60 nodes, each linked to each, and one long text. */
  @BeforeAll
  static void fill() {
    graph = DatabaseMgr.createDatasetGraph();
    Txn.executeWrite(
        graph,
        () -> {
          Node g = NodeFactory.createURI("urn:g");
          for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 60; j++) {
              graph.add(g, node(i), NodeFactory.createURI("urn:p" + (i + j) % 3), node(j));
            }
            graph.add(
                g,
                node(i),
                NodeFactory.createURI("urn:text"),
                NodeFactory.createLiteralString("a".repeat(70) + "!" + i));
          }
        });
  }

  private static Node node(int i) {
    return NodeFactory.createURI("urn:n" + i);
  }

  private static String csv(Queries queries, String query) {
    return new String(queries.answer(query, "text/csv").body(), StandardCharsets.UTF_8);
  }

  private static ErrorCode refused(Queries queries, String query) {
    return assertThrows(
            GraphException.class, () -> queries.answer(query, "text/csv"), () -> cut(query))
        .code();
  }

  private static String cut(String query) {
    return query.substring(0, Math.min(query.length(), 300));
  }

  @Test
  void everyQueryOfTheCorpusIsRefusedAndNobodyIsCalled() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    List<String> wrong = new ArrayList<>();
    int asked = 0;
    try (ServerSocket canary = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try {
                  while (true) {
                    canary.accept().close();
                    calls.incrementAndGet();
                  }
                } catch (IOException closed) {
                  // the test is over
                }
              });
      Queries quick = new Queries(graph, QUICK, HostileQueryTest::nothing);
      Queries patient = new Queries(graph, PATIENT, HostileQueryTest::nothing);
      for (String line : corpus()) {
        String[] parts = line.split("\t", -1);
        String query =
            parts[1]
                .replace("CANARY", "127.0.0.1:" + canary.getLocalPort())
                .replace("\\u0000", "\0");
        asked++;
        try {
          (parts[0].equals("QUERY_TIMEOUT") ? quick : patient).answer(query, "text/csv");
          wrong.add("answered: " + query);
        } catch (GraphException e) {
          if (!e.code().name().equals(parts[0])) {
            wrong.add(e.code() + " (" + e.message() + "), expected " + parts[0] + ": " + query);
          }
        }
      }
    }
    assertEquals(List.of(), wrong);
    assertEquals(0, calls.get());
    assertTrue(asked >= 105, "only " + asked);
  }

  private static List<String> corpus() throws IOException {
    try (java.io.InputStream in =
        HostileQueryTest.class.getResourceAsStream("denied-queries.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  @Test
  void depthAndLengthOfAQueryAreLimited() {
    Map<String, String> queries = new LinkedHashMap<>();
    queries.put("70 KiB", "SELECT * { ?s ?p \"" + "x".repeat(70 * 1024) + "\" }");
    queries.put("braces", "SELECT * " + "{".repeat(5_000) + "}".repeat(5_000));
    queries.put("brackets", "SELECT * { FILTER(" + "(".repeat(20_000) + "1");
    queries.put("lists", "SELECT * { ?s ?p " + "(".repeat(200) + " " + ")".repeat(200) + " }");
    queries.put("or", "SELECT * { ?s ?p ?o FILTER(?o" + " || ?o".repeat(9_000) + ") }");
    queries.put("plus", "SELECT * { ?s ?p ?o FILTER(?o" + "+?o".repeat(20_000) + ") }");
    queries.put("union", "SELECT * { {}" + " UNION {}".repeat(6_500) + " }");
    queries.put("optional", "SELECT * { " + "OPTIONAL{?s ?p ?o}".repeat(3_500) + " }");
    queries.put("minus sets", "SELECT * { " + "MINUS{?s ?p ?o}".repeat(4_000) + " }");
    queries.put("path", "SELECT * { ?s <u:a>" + "/<u:a>".repeat(10_000) + " ?o }");
    queries.put(
        "inverse path",
        "SELECT * { ?s "
            + "^(".repeat(60)
            + "<u:a>"
            + "|<u:b>".repeat(9_000)
            + ")".repeat(60)
            + " ?o }");
    queries.put("bind", "SELECT * { " + bind() + " }");
    Queries guarded = new Queries(graph, PATIENT, HostileQueryTest::nothing);
    queries.forEach(
        (name, query) -> {
          GraphException e =
              assertThrows(GraphException.class, () -> guarded.answer(query, "text/csv"), name);
          assertEquals(ErrorCode.QUERY_LIMIT, e.code(), () -> name + ": " + e.message());
        });
  }

  private static String bind() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3_300; i++) {
      text.append("BIND(1 AS ?v").append(i).append(") ");
    }
    return text.toString();
  }

  /** What the standard has is there, and does what it should. */
  @Test
  void standardFunctionsAndCastsWork() {
    Queries queries = new Queries(graph, QueryLimits.usual(), HostileQueryTest::nothing);
    Map<String, String> wanted = new LinkedHashMap<>();
    wanted.put("<http://www.w3.org/2001/XMLSchema#integer>(\"12\") + 1", "13");
    wanted.put("STR(<http://www.w3.org/2001/XMLSchema#double>(\"1.5\"))", "1.5");
    wanted.put("<http://www.w3.org/2001/XMLSchema#boolean>(\"true\")", "true");
    wanted.put(
        "YEAR(<http://www.w3.org/2001/XMLSchema#dateTime>(\"2026-01-02T03:04:05Z\"))", "2026");
    wanted.put("<urn:dmg:ns#satisfies>(\"1.2.3\", \"^1.2\")", "true");
    wanted.put("<urn:dmg:ns#satisfies>(\"2.0.0\", \"^1.2\")", "false");
    wanted.put("<urn:dmg:ns#compare>(\"1.2.3\", \"1.10.0\")", "-1");
    wanted.put("CONCAT(\"a\", \"b\", \"c\")", "abc");
    wanted.put("CONCAT()", "\"\"");
    wanted.put("LANG(CONCAT(\"a\"@en, \"b\"@en))", "en");
    wanted.put("REGEX(\"Hello\", \"^hel+o$\", \"i\")", "true");
    wanted.put("REGEX(\"Hello\", \"^hel+o$\")", "false");
    wanted.put("REGEX(\"a.b\", \".\", \"q\")", "true");
    wanted.put("REPLACE(\"abcd\", \"[bc]+\", \"-$0-\")", "a-bc-d");
    wanted.put("REPLACE(\"aBc\", \"b\", \"x\", \"i\")", "axc");
    wanted.put("LANG(REPLACE(\"ab\"@en, \"b\", \"c\"))", "en");
    wanted.put("REPLACE(\"ab\", \"x*\", \"c\")", "");
    wanted.put("REGEX(\"ab\", CONCAT(\"(\"))", "");
    wanted.put("REGEX(12, \"1\")", "");
    wanted.put("UCASE(SUBSTR(\"hello\", 2, 2))", "EL");
    wanted.put("STRLEN(ENCODE_FOR_URI(\"a b\"))", "5");
    wanted.put("COALESCE(1/0, \"none\")", "none");
    wanted.put(
        "SHA256(\"abc\")", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    wanted.forEach(
        (expression, value) ->
            assertEquals(
                "v\r\n" + value + "\r\n",
                csv(queries, "SELECT (" + expression + " AS ?v) {}"),
                expression));
  }

  /** The functions that replace the engine's own are put into every place an expression can be. */
  @Test
  void boundedFunctionsStandInEveryPlace() {
    Queries queries = new Queries(graph, QueryLimits.usual(), HostileQueryTest::nothing);
    List<String> refused = new ArrayList<>();
    String one = "{ SELECT ?s ?o { ?s <urn:text> ?o } ORDER BY ?s LIMIT 1 }";
    for (String query :
        List.of(
            "SELECT (REGEX(?o, \"^a\") AS ?v) { " + one + " }",
            "SELECT ?v { " + one + " BIND(REGEX(?o, \"^a\") AS ?v) }",
            "SELECT ?v { " + one + " FILTER(REGEX(?o, \"^a\")) BIND(true AS ?v) }",
            "SELECT ?v { "
                + one
                + " FILTER EXISTS { ?s ?q ?o FILTER(REGEX(?o, \"^a\")) } BIND(true AS ?v) }",
            "SELECT (MIN(REGEX(?o, \"^a\")) AS ?v) { " + one + " }",
            "SELECT (GROUP_CONCAT(STR(REGEX(?o, \"^a\")); SEPARATOR=\"-\") AS ?v) { " + one + " }",
            "SELECT (true AS ?v) { " + one + " } GROUP BY ?s HAVING (COUNT(CONCAT(?o, ?o)) = 1)",
            "SELECT (COUNT(*) = 1 AS ?v) { " + one + " }",
            "SELECT ?v { { SELECT (MIN(REGEX(?o, \"^a\")) AS ?v) { " + one + " } } }",
            "SELECT ?v { " + one + " } GROUP BY (REGEX(?o, \"^a\") AS ?v)",
            "SELECT (true AS ?v) { " + one + " } GROUP BY ?s HAVING (REGEX(SAMPLE(?o), \"^a\"))",
            "SELECT (true AS ?v) { " + one + " } ORDER BY REGEX(?o, \"^a\")",
            "SELECT ?v { { SELECT (REGEX(?o, \"^a\") AS ?v) { " + one + " } } }",
            "SELECT ?v { "
                + one
                + " OPTIONAL { ?s ?q ?o FILTER(REGEX(?o, \"^a\")) BIND(true AS ?v) } }")) {
      try {
        assertEquals("v\r\ntrue\r\n", csv(queries, query), query);
      } catch (GraphException e) {
        refused.add(e.message() + ": " + query);
      }
    }
    assertEquals(List.of(), refused);
  }

  @Test
  void queriesOfDeathAreStoppedAndOthersGoOn() throws Exception {
    String many = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l";
    List<String> deaths =
        List.of(
            "SELECT (COUNT(*) AS ?n) { " + many + " }",
            "SELECT * { " + many + " } ORDER BY ?c ?f ?i ?l",
            "SELECT DISTINCT ?a ?d ?g ?j { " + many + " } ORDER BY ?a",
            "SELECT ?a (GROUP_CONCAT(?l) AS ?x) { " + many + " } GROUP BY ?a ?d ?g",
            "SELECT (COUNT(*) AS ?n) { ?x (<urn:p0>|!<urn:p0>)* ?y . ?y (<urn:p1>|!<urn:p1>)* ?z . ?z (<urn:p2>/<urn:p1>)* ?w }",
            "SELECT (COUNT(*) AS ?n) { ?x ((<urn:p0>/<urn:p1>)|(<urn:p2>/<urn:p0>))/((<urn:p0>/<urn:p1>)|(<urn:p2>/<urn:p0>))/((<urn:p0>/<urn:p1>)|(<urn:p2>/<urn:p0>)) ?y }",
            "SELECT (COUNT(*) AS ?n) { ?s <urn:text> ?o FILTER(REGEX(?o, \"^(a|aa)+\\\\1$\")) }",
            "SELECT (COUNT(*) AS ?n) { ?s <urn:text> ?o FILTER(STRLEN(REPLACE(?o, \"(a|aa)+\\\\1$\", \"x\")) > 0) }",
            "ASK { " + many + " FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j))) > 99) }",
            "CONSTRUCT { ?a <urn:x> <urn:y> } WHERE { " + many + " }",
            "SELECT (COUNT(*) AS ?n) { ?a ?b ?c MINUS { ?c ?d ?e . ?f ?g ?h . ?i ?j ?k } }",
            "SELECT (COUNT(*) AS ?n) { ?a ?b ?c FILTER NOT EXISTS { ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(STRLEN(CONCAT(STR(?d), STR(?g), STR(?l))) > 99) } }");
    Queries queries = new Queries(graph, QUICK, HostileQueryTest::nothing);
    long worst = 0;
    try (ExecutorService clients = Executors.newFixedThreadPool(3)) {
      for (String death : deaths) {
        long start = System.nanoTime();
        Future<GraphException> dying =
            clients.submit(
                () ->
                    assertThrows(
                        GraphException.class, () -> queries.answer(death, "text/csv"), death));
        // Another client asks meanwhile, and is answered.
        assertEquals(
            "n\r\n60\r\n", csv(queries, "SELECT (COUNT(*) AS ?n) { ?s <urn:text> ?o }"), death);
        ErrorCode code = dying.get().code();
        assertTrue(
            code == ErrorCode.QUERY_TIMEOUT || code == ErrorCode.QUERY_LIMIT,
            () -> code + ": " + dying.resultNow().message() + ": " + death);
        worst = Math.max(worst, (System.nanoTime() - start) / 1_000_000);
      }
    }
    assertTrue(worst < 6_000, "one took " + worst + " ms");
    assertEquals("n\r\n60\r\n", csv(queries, "SELECT (COUNT(*) AS ?n) { ?s <urn:text> ?o }"));
  }

  @Test
  void memoryOfAQueryIsLimited() {
    Queries queries =
        new Queries(
            graph,
            new QueryLimits(20_000, 200, 1_000, 1_000, 64L << 20, 2, 2_000, 2),
            HostileQueryTest::nothing);
    StringBuilder doublings =
        new StringBuilder("SELECT (STRLEN(?v30) AS ?n) { BIND(\"xy\" AS ?v0) ");
    StringBuilder replacements =
        new StringBuilder("SELECT (STRLEN(?v30) AS ?n) { BIND(\"xy\" AS ?v0) ");
    for (int i = 0; i < 30; i++) {
      doublings.append("BIND(CONCAT(?v%d, ?v%d) AS ?v%d) ".formatted(i, i, i + 1));
      replacements.append("BIND(REPLACE(?v%d, \".\", \"$0$0\") AS ?v%d) ".formatted(i, i + 1));
    }
    assertEquals(ErrorCode.QUERY_LIMIT, refused(queries, doublings + "}"));
    assertEquals(ErrorCode.QUERY_LIMIT, refused(queries, replacements + "}"));
    assertEquals(
        ErrorCode.QUERY_LIMIT,
        refused(
            queries,
            "SELECT (STRLEN(GROUP_CONCAT(?c)) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"));
    assertEquals(
        ErrorCode.QUERY_LIMIT,
        refused(queries, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"));
  }

  @Test
  void rowsAndTriplesBeyondTheLimitAreAFailureNotAPart() {
    Queries queries = new Queries(graph, PATIENT, HostileQueryTest::nothing);
    assertEquals(ErrorCode.QUERY_LIMIT, refused(queries, "SELECT * { ?s ?p ?o }"));
    assertEquals(
        ErrorCode.QUERY_LIMIT, refused(queries, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"));
    assertEquals(
        1_001, csv(queries, "SELECT * { ?s ?p ?o } LIMIT 1000").lines().count(), "with its header");
  }

  private static ModuleGraph nothing() {
    return new ModuleIndex(_ -> Optional.empty(), java.nio.file.Path.of("none"))
        .graph(List.of(), Map.of());
  }
}
