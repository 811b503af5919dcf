package org.dxos.dmg.graph;

import java.util.Iterator;
import java.util.Optional;
import org.apache.jena.datatypes.TypeMapper;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.core.Quad;
import org.apache.jena.system.Txn;
import org.dxos.dmg.admission.ReleaseRules;
import org.dxos.dmg.admission.Signed;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.rdf.Ontology;
import org.dxos.dmg.rdf.RecordTriples;
import org.dxos.dmg.rdf.Triple;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;

/** Writes what journal entries admit as quads, inside of a transaction that somebody else holds. */
final class Projector {

  private static final Node REGISTRY = iri(Ontology.REGISTRY_GRAPH);

  private final BlockStore store;
  private final DatasetGraph graph;
  private int releases;

  Projector(BlockStore store, DatasetGraph graph) {
    this.store = store;
    this.graph = graph;
  }

  /** Releases written so far. */
  int releases() {
    return releases;
  }

  static long position(DatasetGraph graph) {
    return Txn.calculateRead(
        graph,
        () -> {
          Iterator<Quad> found = graph.find(REGISTRY, REGISTRY, iri(Ontology.POSITION), Node.ANY);
          return found.hasNext()
              ? Long.parseLong(found.next().getObject().getLiteralLexicalForm())
              : 0L;
        });
  }

  void setPosition(long position) {
    graph.deleteAny(REGISTRY, REGISTRY, iri(Ontology.POSITION), Node.ANY);
    graph.add(REGISTRY, REGISTRY, iri(Ontology.POSITION), integer(position));
  }

  void apply(JournalEntry entry) {
    switch (entry.kind()) {
      case AUTHORITY -> {
        AuthorityEntry body = Signed.read(store, entry.envelope(), AuthorityEntry.class).body();
        Node authority = iri(RecordTriples.graphIri(entry.genesis()));
        graph.add(REGISTRY, authority, iri(Ontology.TYPE), iri(Ontology.NS + "Authority"));
        graph.add(REGISTRY, authority, iri(Ontology.NAME), text(body.authority()));
      }
      case STANDING -> {}
      case HEAD -> {
        Head head = Signed.read(store, entry.envelope(), Head.class).body();
        AuthorityEntry authority = Signed.read(store, head.keyHead(), AuthorityEntry.class).body();
        for (Cid added : head.added()) {
          Statement statement = Signed.read(store, added, Statement.class).body();
          switch (statement.op()) {
            case Statement.Release release ->
                release(authority, entry.genesis(), added, statement, release);
            case Statement.Tag tag -> tag(authority, statement, tag);
            default -> {}
          }
        }
      }
    }
  }

  private void release(
      AuthorityEntry authority,
      Cid genesis,
      Cid envelope,
      Statement statement,
      Statement.Release release) {
    releases++;
    Optional<ModuleRecord> module = read(release.module());
    if (module.isEmpty()
        || ReleaseRules.misfit(authority.authority(), statement, release, module.get())
            .isPresent()) {
      return; // such a release is not resolved, so it is not shown either
    }
    Node named = iri(RecordTriples.graphIri(release.module()));
    for (Triple triple : RecordTriples.of(release.module(), module.get())) {
      graph.add(named, iri(triple.subject()), iri(triple.predicate()), object(triple.object()));
    }
    Node subject = iri(RecordTriples.releaseIri(module.get().name(), release.version()));
    graph.add(REGISTRY, subject, iri(Ontology.STATEMENT), iri(RecordTriples.graphIri(envelope)));
    graph.add(REGISTRY, subject, iri(Ontology.AUTHORITY), iri(RecordTriples.graphIri(genesis)));
    graph.add(REGISTRY, subject, iri(Ontology.CREATED), integer(statement.created()));
  }

  private Optional<ModuleRecord> read(Cid record) {
    try {
      return store.get(record).map(ModuleRecord::decode);
    } catch (FormatException e) {
      return Optional.empty();
    }
  }

  /** A tag is at one release of a module at a time. */
  private void tag(AuthorityEntry authority, Statement statement, Statement.Tag tag) {
    String module = "dxn://" + authority.authority() + "/" + statement.path();
    Node word = text(tag.tag());
    Iterator<Quad> old = graph.find(REGISTRY, Node.ANY, iri(Ontology.TAGGED), word);
    java.util.List<Quad> moved = new java.util.ArrayList<>();
    old.forEachRemaining(
        quad -> {
          if (quad.getSubject().getURI().startsWith(module + "@")) {
            moved.add(quad);
          }
        });
    moved.forEach(graph::delete);
    graph.add(REGISTRY, iri(module + "@" + tag.version()), iri(Ontology.TAGGED), word);
  }

  private static Node object(Triple.Term term) {
    return switch (term) {
      case Triple.Term.Iri one -> iri(one.value());
      case Triple.Term.Literal one ->
          NodeFactory.createLiteralDT(
              one.value(), TypeMapper.getInstance().getSafeTypeByName(one.datatype()));
    };
  }

  private static Node iri(String iri) {
    return NodeFactory.createURI(iri);
  }

  private static Node text(String text) {
    return NodeFactory.createLiteralString(text);
  }

  private static Node integer(long value) {
    return NodeFactory.createLiteralDT(
        String.valueOf(value),
        TypeMapper.getInstance().getSafeTypeByName(Ontology.XSD + "integer"));
  }
}
