package org.dxos.dmg.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.jena.graph.Graph;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.ValidationReport;
import org.apache.jena.sparql.graph.GraphFactory;
import org.apache.jena.vocabulary.RDFS;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.manifest.Manifest;
import org.dxos.dmg.manifest.ManifestResult;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.rdf.RdfDocuments;
import org.dxos.dmg.rdf.RdfText;
import org.dxos.dmg.rdf.RecordTriples;
import org.dxos.dmg.rdf.Triple;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Provided;
import org.dxos.dmg.record.Resource;
import org.dxos.dmg.record.Runtime;
import org.dxos.dmg.record.Trigger;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.version.Range;
import org.dxos.dmg.version.Version;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The ontology, the shapes and the context fit the projection of records, by another's tools. */
class OntologyTest {

  private static final Graph ONTOLOGY = read(RdfDocuments.ontology(), Lang.TURTLE);
  private static final Shapes SHAPES = Shapes.parse(read(RdfDocuments.shapes(), Lang.TURTLE));

  private static Graph read(byte[] text, Lang lang) {
    Graph graph = GraphFactory.createDefaultGraph();
    RDFParser.create().source(new ByteArrayInputStream(text)).lang(lang).parse(graph);
    return graph;
  }

  private static Graph graph(List<Triple> triples) {
    return read(RdfText.turtleBytes(triples), Lang.TURTLE);
  }

  private static List<Triple> project(ModuleRecord record) {
    return RecordTriples.of(record.cid(), record);
  }

  /** A record with every field that the projection reads, and text that wants escaping. */
  private static ModuleRecord everything() {
    Name name = Name.parse("org.dxos/module/all");
    return ModuleRecord.named(name, Version.parse("1.0.0-rc.1"))
        .displayName("All \"of\" it \\ é \ud83d\ude00")
        .description("two\nlines")
        .license("MIT OR Apache-2.0")
        .homepage("https://example.com/a b")
        .repository("https://example.com/<x>")
        .authors(List.of("Ada", "Grace"))
        .keywords(List.of("mail", "true", "42"))
        .function(
            new FunctionEntry(
                Name.parse("org.dxos/function/all"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new Trigger.Timer("* * * * *", "UTC"), new Trigger.Direct())))
        .runtime(
            new Variant(
                Runtime.EDGE_WORKER,
                Range.ANY,
                List.of(),
                List.of(),
                Optional.of(new Bundle(Cid.of(Cid.DAG_PB, new byte[] {1}), 0)),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Map.of()))
        .resource(new Resource.Trace(Optional.empty(), false))
        .provides(
            Map.of(
                Name.parse("org.dxos/api/all"),
                new Provided(Version.parse("1.0.0"), Optional.empty())))
        .dependency(
            new Dependency.One(
                Name.parse("org.dxos/api/log"), Range.parse("^1"), Optional.empty(), true))
        .dependency(
            new Dependency.AnyOf(
                List.of(
                    new Dependency.Alternative(
                        Name.parse("org.dxos/module/a"), Range.parse("1 || 2"), Optional.empty()),
                    new Dependency.Alternative(
                        Name.parse("org.dxos/module/b"), Range.ANY, Optional.empty())),
                false))
        .build();
  }

  /** The manifests of {@code examples}, as far as no files are needed. */
  private static Map<String, ModuleRecord> records() throws IOException {
    Map<String, ModuleRecord> records = new java.util.TreeMap<>();
    records.put("everything", everything());
    records.put(
        "nothing",
        ModuleRecord.named(Name.parse("org.dxos/api/none"), Version.parse("0.0.0")).build());
    Path examples = Path.of(System.getProperty("dmg.root", ".."), "examples");
    try (Stream<Path> files = Files.walk(examples, 2)) {
      for (Path file : files.filter(one -> one.endsWith("dmg.json")).sorted().toList()) {
        if (Manifest.read(Json.parse(Files.readAllBytes(file)))
            instanceof ManifestResult.Valid(Manifest manifest)) {
          records.put(file.getParent().getFileName().toString(), manifest.draft());
        }
      }
    }
    assertTrue(records.size() >= 8, records.keySet().toString());
    return records;
  }

  @TestFactory
  Stream<DynamicTest> everyProjectionUsesTermsOfTheOntologyAndConforms() throws IOException {
    return records().entrySet().stream()
        .map(
            record ->
                DynamicTest.dynamicTest(
                    record.getKey(),
                    () -> {
                      List<Triple> triples = project(record.getValue());
                      assertEquals(List.of(), foreign(triples));
                      ValidationReport report =
                          ShaclValidator.get().validate(SHAPES, graph(triples));
                      assertTrue(report.conforms(), () -> report.getEntries().toString());
                    }));
  }

  @TestFactory
  Stream<DynamicTest> jsonLdSaysTheSameTriplesAsTheProjection() throws IOException {
    return records().entrySet().stream()
        .map(
            record ->
                DynamicTest.dynamicTest(
                    record.getKey(),
                    () -> {
                      List<Triple> triples = project(record.getValue());
                      Graph expected = graph(triples);
                      assertEquals(triples.size(), expected.size());
                      byte[] jsonLd = Json.canonical(RdfText.jsonLd(triples));
                      Graph found = read(jsonLd, Lang.JSONLD11);
                      assertTrue(
                          expected.isIsomorphicWith(found),
                          () -> new String(jsonLd, StandardCharsets.UTF_8));
                    }));
  }

  private static List<String> foreign(List<Triple> triples) {
    TreeSet<String> unknown = new TreeSet<>();
    for (Triple triple : triples) {
      if (!triple.predicate().equals(Ontology.TYPE) && !described(triple.predicate())) {
        unknown.add(triple.predicate());
      }
      if (triple.predicate().equals(Ontology.TYPE)
          && triple.object() instanceof Triple.Term.Iri(String type)
          && !described(type)) {
        unknown.add(type);
      }
    }
    return List.copyOf(unknown);
  }

  private static boolean described(String iri) {
    var node = NodeFactory.createURI(iri);
    return ONTOLOGY.contains(node, RDFS.label.asNode(), null)
        && ONTOLOGY.contains(node, RDFS.comment.asNode(), null);
  }

  /** The constants are all that code can say, of records and of the registry. */
  @Test
  void everyWordOfTheCodeHasLabelAndComment() throws IllegalAccessException {
    List<String> missing = new ArrayList<>();
    int words = 0;
    for (Field field : Ontology.class.getFields()) {
      String iri = String.valueOf(field.get(null));
      boolean word = iri.matches("(urn:dmg:ns#|https://schema.org/|http://purl.org/dc/terms/).+");
      words += word ? 1 : 0;
      if (word && !described(iri)) {
        missing.add(field.getName());
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(words > 35, "words: " + words);
  }

  @TestFactory
  Stream<DynamicTest> brokenGraphsDoNotConform() {
    String release = RecordTriples.releaseIri(everything().name(), "1.0.0-rc.1");
    String part = RecordTriples.graphIri(everything().cid()) + "#";
    return Stream.of(
            broken("without a version", release, Ontology.VERSION),
            broken("without a name", release, Ontology.NAME),
            broken("without its module", release, Ontology.OF),
            broken("a variant without runtime", part + "runtimes/0", Ontology.RUNTIME),
            broken("a dependency without range", dependency(false), Ontology.RANGE),
            broken("without anything that is needed", dependency(true), Ontology.ANY_OF),
            with("two versions", text(release, Ontology.VERSION, "2.0.0")),
            with("a version that is none", text(release, Ontology.VERSION, "1.0")),
            with("a word that is not ours", text(release, Ontology.NS + "rating", "5")),
            with("a resource that is none", text(release, Ontology.ASKS_FOR, "everything")),
            with("a trigger that is none", text(release, Ontology.STARTED_BY, "magic")),
            with("a licence twice", text(release, Ontology.LICENSE, "GPL-3.0-only")),
            with("a size in words", text(part + "runtimes/0", Ontology.SIZE, "large")),
            with("an API as text", text(release, Ontology.PROVIDES, "org.dxos/api/x")),
            with(
                "a dependency that is no dependency",
                new Triple(
                    release, Ontology.HAS_DEPENDENCY, new Triple.Term.Iri("urn:x:anything"))))
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.getKey(),
                    () ->
                        assertFalse(
                            ShaclValidator.get()
                                .validate(SHAPES, graph(one.getValue()))
                                .conforms())));
  }

  private static String dependency(boolean anyOf) {
    return project(everything()).stream()
        .filter(
            one ->
                one.predicate().equals(anyOf ? Ontology.ANY_OF : Ontology.RANGE)
                    && one.subject().matches(".*#dependencies/[0-9]+"))
        .findFirst()
        .orElseThrow()
        .subject();
  }

  private static Map.Entry<String, List<Triple>> broken(
      String name, String subject, String predicate) {
    List<Triple> all = project(everything());
    List<Triple> less =
        all.stream()
            .filter(one -> !(one.subject().equals(subject) && one.predicate().equals(predicate)))
            .toList();
    assertTrue(less.size() < all.size(), name);
    return Map.entry(name, less);
  }

  private static Map.Entry<String, List<Triple>> with(String name, Triple triple) {
    List<Triple> more = new ArrayList<>(project(everything()));
    more.add(triple);
    return Map.entry(name, more);
  }

  private static Triple text(String subject, String predicate, String value) {
    return new Triple(subject, predicate, new Triple.Term.Literal(value, Ontology.XSD + "string"));
  }
}
