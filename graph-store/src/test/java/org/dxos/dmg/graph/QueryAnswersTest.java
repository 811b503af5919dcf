package org.dxos.dmg.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.jena.datatypes.xsd.XSDDatatype;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.query.DatasetFactory;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.ResultSet;
import org.apache.jena.query.ResultSetFactory;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.query.Syntax;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.core.Var;
import org.apache.jena.sparql.engine.binding.Binding;
import org.apache.jena.sparql.engine.binding.BindingBuilder;
import org.apache.jena.sparql.exec.RowSetStream;
import org.apache.jena.sparql.resultset.ResultsCompare;
import org.apache.jena.system.Txn;
import org.apache.jena.tdb2.DatabaseMgr;
import org.apache.jena.tdb2.TDB2;
import org.dxos.dmg.modules.ModuleGraph;
import org.dxos.dmg.modules.ModuleIndex;
import org.junit.jupiter.api.Test;

/** What is done another way than by the engine gives what the engine gives. */
class QueryAnswersTest {

  private static final Var A = Var.alloc("a");
  private static final Var B = Var.alloc("h\u00f6he");

  @Provide
  Arbitrary<Optional<Node>> terms() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .withChars("ab\"\\/\n\r\t\b\f\u0000\u001f\u007f\u00e4\u2028\ufeff<>{}[]:,")
            .ofMaxLength(12);
    return Arbitraries.oneOf(
        Arbitraries.just(Optional.empty()),
        text.map(one -> Optional.of(NodeFactory.createLiteralString(one + "\ud83d\ude00"))),
        text.map(one -> Optional.of(NodeFactory.createLiteralLang(one, "de-CH"))),
        text.map(one -> Optional.of(NodeFactory.createLiteralDT(one, XSDDatatype.XSDinteger))),
        Arbitraries.longs()
            .map(one -> NodeFactory.createLiteralDT("" + one, XSDDatatype.XSDlong))
            .map(Optional::of),
        Arbitraries.integers()
            .between(0, 3)
            .map(one -> Optional.of(NodeFactory.createBlankNode("label \" " + one))),
        Arbitraries.strings()
            .alpha()
            .map(one -> Optional.of(NodeFactory.createURI("urn:\u00e4:" + one))));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void jsonReadsBackToTheSameRows(
      @ForAll("terms") Optional<Node> one,
      @ForAll("terms") Optional<Node> two,
      @ForAll("terms") Optional<Node> three) {
    List<Binding> rows = List.of(row(one, two), row(two, three), row(three, one), row(one, one));
    byte[] json = ResultsJson.of(rows(rows));
    ResultSet read = ResultSetFactory.fromJSON(new ByteArrayInputStream(json));
    assertEquals(List.of("a", "h\u00f6he"), read.getResultVars());
    assertTrue(
        ResultsCompare.equalsByTermAndOrder(
            rows(rows).rewindable(), ResultSetFactory.makeRewindable(read)),
        () -> new String(json, StandardCharsets.UTF_8));
  }

  @Test
  void jsonOfManyRowsIsWhole() {
    String text = "\u00e4\ud83d\ude00".repeat(500);
    List<Binding> rows =
        Collections.nCopies(
            100, row(Optional.of(NodeFactory.createLiteralString(text)), Optional.empty()));
    ResultSet read =
        ResultSetFactory.fromJSON(new ByteArrayInputStream(ResultsJson.of(rows(rows))));
    int found = 0;
    while (read.hasNext()) {
      assertEquals(text, read.next().getLiteral("a").getString());
      found++;
    }
    assertEquals(100, found);
  }

  private static Binding row(Optional<Node> a, Optional<Node> b) {
    BindingBuilder row = Binding.builder();
    a.ifPresent(one -> row.add(A, one));
    b.ifPresent(one -> row.add(B, one));
    return row.build();
  }

  private static ResultSet rows(List<Binding> rows) {
    return ResultSet.adapt(RowSetStream.create(List.of(A, B), rows.iterator()));
  }

  private static final List<String> COUNTS =
      List.of(
          "SELECT (COUNT(?s) AS ?n) { ?s <urn:p> ?o }",
          "SELECT (COUNT(?o) AS ?n) { ?s <urn:p> ?o }",
          "SELECT (COUNT(?p) AS ?n) { ?s ?p ?o }",
          "SELECT (COUNT(?none) AS ?n) { ?s <urn:p> ?o }",
          "SELECT (COUNT(?s) AS ?n) { ?s <urn:nothing> ?o }",
          "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s <urn:p> ?o }",
          "SELECT ?o (COUNT(?s) AS ?n) { ?s <urn:p> ?o } GROUP BY ?o ORDER BY ?o",
          "SELECT ?o (COUNT(?s) AS ?n) { ?s <urn:nothing> ?o } GROUP BY ?o",
          "SELECT ?o (COUNT(?s) AS ?n) (COUNT(?x) AS ?m) { ?s <urn:p> ?o OPTIONAL { ?s <urn:q> ?x } }"
              + " GROUP BY ?o ORDER BY ?o",
          "SELECT (COUNT(?x) AS ?n) { ?s <urn:p> ?o OPTIONAL { ?s <urn:q> ?x FILTER(?o = 1) } }",
          "SELECT (COUNT(?x) AS ?n) (COUNT(?s) AS ?m) { { ?s <urn:p> ?o } UNION { ?x <urn:q> ?o } }",
          "SELECT (COUNT(?x) AS ?n) { VALUES (?s ?x) { (<urn:s1> UNDEF) (<urn:s2> 1) } ?s <urn:p> ?o }",
          "SELECT (COUNT(?s) AS ?n) { VALUES (?s ?x) { (<urn:s1> UNDEF) (<urn:s2> 1) } ?s <urn:p> ?o }",
          "SELECT (COUNT(?g) AS ?n) { GRAPH ?g { ?s <urn:p> ?o } }",
          "SELECT (COUNT(?o) AS ?n) { GRAPH <urn:g1> { ?s <urn:p> ?o } }",
          "SELECT ?g (COUNT(?o) AS ?n) { GRAPH ?g { ?s <urn:p>* ?o } } GROUP BY ?g ORDER BY ?g",
          "SELECT (COUNT(?g) AS ?n) { GRAPH ?g { ?s <urn:p>* ?o } }",
          "SELECT (COUNT(?x) AS ?n) { ?s <urn:p> ?o BIND(1/0 AS ?x) }",
          "SELECT (COUNT(?x) AS ?n) { ?s <urn:p> ?o BIND(?o + 1 AS ?x) FILTER(?o > 1) }",
          "SELECT (COUNT(?s) AS ?n) { ?s <urn:p> ?o FILTER(?o > 1) }",
          "SELECT (COUNT(?s) AS ?n) { ?s <urn:p> ?o FILTER NOT EXISTS { ?s <urn:q> ?x } }",
          "SELECT (COUNT(?x) AS ?n) { ?s <urn:p> ?o MINUS { ?s <urn:q> ?x } }",
          "SELECT (COUNT(?m) AS ?n) { SELECT ?s (COUNT(?o) AS ?m) { ?s <urn:p> ?o } GROUP BY ?s }",
          "SELECT (COUNT(?x) AS ?n) { { SELECT ?x { ?s <urn:p> ?o } } }",
          "SELECT (COUNT(?o) AS ?n) { ?s <urn:p>/<urn:q>* ?o }",
          "SELECT ?o (COUNT(?s) AS ?n) { ?s <urn:p> ?o } GROUP BY ?o HAVING(COUNT(?s) > 1) ORDER BY ?o",
          "SELECT (COUNT(?s) + COUNT(?x) AS ?n) { ?s <urn:p> ?o OPTIONAL { ?s <urn:q> ?x } }",
          "SELECT (COUNT(?s) AS ?n) { { ?s <urn:p> ?o } { ?s <urn:q> ?x } }");

  @Test
  void countsAreThoseOfTheEngine() {
    DatasetGraph graph = DatabaseMgr.createDatasetGraph();
    Txn.executeWrite(
        graph,
        () -> {
          for (int i = 0; i < 40; i++) {
            Node subject = NodeFactory.createURI("urn:s" + i % 17);
            Node number = NodeFactory.createLiteralDT("" + i % 4, XSDDatatype.XSDinteger);
            Node name = NodeFactory.createURI("urn:g" + i % 3);
            graph.add(name, subject, NodeFactory.createURI("urn:p"), number);
            if (i % 5 == 0) {
              graph.add(name, subject, NodeFactory.createURI("urn:q"), subject);
            }
          }
        });
    ModuleGraph none =
        new ModuleIndex(_ -> Optional.empty(), Path.of("none")).graph(List.of(), Map.of());
    Queries queries = new Queries(graph, QueryLimits.usual(), () -> none);
    for (String count : COUNTS) {
      assertEquals(
          engine(graph, count),
          new String(queries.answer(count, "text/csv").body(), StandardCharsets.UTF_8),
          count);
    }
  }

  private static String engine(DatasetGraph graph, String text) {
    return Txn.calculateRead(
        graph,
        () -> {
          try (QueryExecution execution =
              QueryExecution.create()
                  .dataset(DatasetFactory.wrap(graph))
                  .query(QueryFactory.create(text, Syntax.syntaxSPARQL_11))
                  .set(TDB2.symUnionDefaultGraph, true)
                  .build()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ResultSetFormatter.outputAsCSV(out, execution.execSelect());
            return out.toString(StandardCharsets.UTF_8);
          }
        });
  }
}
