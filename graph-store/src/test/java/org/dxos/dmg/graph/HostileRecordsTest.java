package org.dxos.dmg.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.apache.jena.datatypes.TypeMapper;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.riot.system.StreamRDFBase;
import org.apache.jena.sparql.core.Quad;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.rdf.RecordTriples;
import org.dxos.dmg.rdf.Triple;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.version.Version;

/** Whatever a record's author writes, its graph is about the record alone. */
class HostileRecordsTest {

  /** What an IRI may be made of, in every syntax that one is written in. */
  private static final Pattern IRI = Pattern.compile("[!-~&&[^<>\"{}|\\\\^`]]+");

  private static final AtomicInteger taken = new AtomicInteger();

  @Provide
  Arbitrary<String> hostile() {
    Arbitrary<String> pieces =
        Arbitraries.of(
            "<urn:evil>",
            "> <urn:evil> <urn:evil> .",
            "\" .\n<urn:evil> <urn:evil> <urn:evil> .\n",
            "\"@en",
            "\"^^<urn:evil>",
            "\\u003e",
            "\\",
            "'''",
            "}",
            "GRAPH <urn:evil> {",
            "\r\n",
            "\t",
            "\u0000",
            "\u001b[2J",
            "\u202e",
            "\u2066",
            "\u2028",
            "\ufeff",
            "\ud83d\ude00",
            "\ud800",
            "https://example.org/a b",
            "ipfs://bafyreib",
            "dxn://org.other/module/m@1.0.0",
            " ",
            "a");
    return Arbitraries.oneOf(
        pieces.list().ofMinSize(1).ofMaxSize(6).map(list -> String.join("", list)),
        Arbitraries.strings().ofMinLength(1).ofMaxLength(40));
  }

  @Property(tries = 1500)
  void aRecordSaysNothingAboutAnythingElse(
      @ForAll("hostile") String one,
      @ForAll("hostile") String two,
      @ForAll("hostile") String three) {
    Name name = Name.parse("org.one/module/m");
    ModuleRecord module;
    Cid record;
    try {
      module =
          new ModuleRecord(
              name,
              Version.parse("1.0.0"),
              Optional.of(three),
              Optional.of(one),
              Optional.of(two),
              Optional.of(three),
              Optional.of(one),
              List.of(two),
              List.of(three),
              List.of(),
              List.of(),
              List.of(),
              Map.of(),
              List.of(),
              List.of(),
              Optional.empty());
      record = Cid.of(Cid.DAG_CBOR, module.encode());
    } catch (FormatException refused) {
      return;
    }
    taken.incrementAndGet();
    assertEquals(module, ModuleRecord.decode(module.encode()));
    Node graph = NodeFactory.createURI(RecordTriples.graphIri(record));
    String release = RecordTriples.releaseIri(name, "1.0.0");
    Set<Quad> quads = new HashSet<>();
    for (Triple triple : RecordTriples.of(record, module)) {
      assertTrue(
          triple.subject().equals(release) || triple.subject().equals(name.dxnUri()),
          triple.subject());
      assertTrue(
          triple.predicate().equals(Ontology.TYPE) || IRI.matcher(triple.predicate()).matches());
      Node object =
          switch (triple.object()) {
            case Triple.Term.Iri iri -> {
              assertTrue(IRI.matcher(iri.value()).matches(), iri.value());
              yield NodeFactory.createURI(iri.value());
            }
            case Triple.Term.Literal literal ->
                NodeFactory.createLiteralDT(
                    literal.value(),
                    TypeMapper.getInstance().getSafeTypeByName(literal.datatype()));
          };
      quads.add(
          Quad.create(
              graph,
              NodeFactory.createURI(triple.subject()),
              NodeFactory.createURI(triple.predicate()),
              object));
    }
    // Written and read again it is the same: nothing in a text ends the text.
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RDFDataMgr.writeQuads(out, quads.iterator());
    Set<Quad> again = new HashSet<>();
    RDFParser.source(new ByteArrayInputStream(out.toByteArray()))
        .lang(Lang.NQUADS)
        .parse(
            new StreamRDFBase() {
              @Override
              public void quad(Quad quad) {
                again.add(quad);
              }
            });
    assertEquals(quads, again);
  }

  @AfterContainer
  static void someWereTaken() {
    assertTrue(taken.get() > 100, "only " + taken + " records were not refused");
  }
}
