package org.dxos.dmg.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.jena.graph.Graph;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.ValidationReport;
import org.apache.jena.sparql.graph.GraphFactory;
import org.dxos.dmg.imports.IndexImport.Origin;
import org.dxos.dmg.rdf.RdfDocuments;
import org.dxos.dmg.rdf.RdfText;
import org.dxos.dmg.rdf.RecordTriples;
import org.dxos.dmg.rdf.Triple;
import org.dxos.dmg.record.ModuleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** What comes of others' indexes has the shape that is published for the graphs of records. */
class ImportedShapesTest {

  /** Of each corpus: enough to meet what is rare, few enough for every build. */
  private static final int SAMPLE = 300;

  private static final Shapes SHAPES = Shapes.parse(read(RdfDocuments.shapes()));

  private static Path corpus(String name) {
    Path file = Path.of(System.getProperty("dmg.testdata", ""), "corpora", name);
    assumeTrue(Files.exists(file), "no test data: set -Ddmg.testdata to the folder of `corpora`");
    return file;
  }

  private static Graph read(byte[] turtle) {
    Graph graph = GraphFactory.createDefaultGraph();
    RDFParser.create().source(new ByteArrayInputStream(turtle)).lang(Lang.TURTLE).parse(graph);
    return graph;
  }

  /** Evenly over all of them, and those with the most dependencies. */
  private static List<ModuleRecord> sample(Collection<ModuleRecord> all) {
    List<ModuleRecord> records = new ArrayList<>(all);
    List<ModuleRecord> sample = new ArrayList<>();
    int step = Math.max(1, records.size() / SAMPLE);
    for (int i = 0; i < records.size(); i += step) {
      sample.add(records.get(i));
    }
    records.stream()
        .sorted((a, b) -> b.dependencies().size() - a.dependencies().size())
        .limit(10)
        .forEach(sample::add);
    return sample;
  }

  private static void check(Collection<ModuleRecord> all, TestReporter reporter) {
    int triples = 0;
    List<ModuleRecord> sample = sample(all);
    for (ModuleRecord record : sample) {
      List<Triple> projected = RecordTriples.of(record.cid(), ModuleRecord.decode(record.encode()));
      Graph graph = read(RdfText.turtleBytes(projected));
      assertEquals(projected.size(), graph.size(), record.name() + ": triples lost as Turtle");
      ValidationReport report = ShaclValidator.get().validate(SHAPES, graph);
      assertTrue(report.conforms(), () -> record.name() + ": " + report.getEntries());
      triples += projected.size();
    }
    assertTrue(sample.size() >= SAMPLE, () -> sample.size() + " records");
    reporter.publishEntry(
        "shapes", "%d of %d records, %d triples".formatted(sample.size(), all.size(), triples));
  }

  @Test
  void recordsOfDebianHaveTheShapesThatArePublished(TestReporter reporter) throws IOException {
    check(
        new DebianImport(DebianPackages.read(corpus("debian-small.jsonl.gz"))).records().values(),
        reporter);
  }

  @Test
  void recordsOfPureScriptHaveTheShapesThatArePublished(TestReporter reporter) throws IOException {
    check(
        new IndexImport(Origin.PURESCRIPT, PackageIndex.read(corpus("purescript.jsonl.gz")))
            .records(),
        reporter);
  }

  @Test
  void recordsOfCratesHaveTheShapesThatArePublished(TestReporter reporter) throws IOException {
    check(
        new IndexImport(Origin.CRATES, PackageIndex.read(corpus("crates-2019-11-10.jsonl.gz")))
            .records(),
        reporter);
  }
}
