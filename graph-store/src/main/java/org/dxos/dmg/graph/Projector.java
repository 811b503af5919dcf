package org.dxos.dmg.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.jena.datatypes.TypeMapper;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.NodeFactory;
import org.apache.jena.sparql.core.DatasetGraph;
import org.apache.jena.sparql.core.Quad;
import org.apache.jena.system.Txn;
import org.dxos.dmg.admission.Stored;
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
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Statuses;
import org.dxos.dmg.version.Version;

/** Writes what journal entries admit as quads, inside of a transaction that somebody else holds. */
final class Projector {

  private static final Node REGISTRY = iri(Ontology.REGISTRY_GRAPH);
  private static final Node BOOLEAN_TRUE =
      NodeFactory.createLiteralDT(
          "true", TypeMapper.getInstance().getSafeTypeByName(Ontology.XSD + "boolean"));

  private final BlockStore store;
  private final Projection projection;
  private final DatasetGraph graph;
  private int statements;

  Projector(BlockStore store, Projection projection) {
    this.store = store;
    this.projection = projection;
    this.graph = projection.graph();
  }

  private void add(Node named, Node subject, String predicate, Node object) {
    projection.adding(predicate).add(named, subject, iri(predicate), object);
  }

  /**
   * How much was written so far, in statements: releases, tags, and what is said of a release, each
   * as often as it was written.
   */
  int statements() {
    return statements;
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
    add(REGISTRY, REGISTRY, Ontology.POSITION, integer(position));
  }

  void apply(JournalEntry entry) {
    switch (entry.kind()) {
      case AUTHORITY -> {
        AuthorityEntry body = Signed.read(store, entry.envelope(), AuthorityEntry.class).body();
        Node authority = iri(RecordTriples.graphIri(entry.genesis()));
        add(REGISTRY, authority, Ontology.TYPE, iri(Ontology.NS + "Authority"));
        add(REGISTRY, authority, Ontology.NAME, text(body.authority()));
        statements++;
      }
      case SPACE -> {} // who is a member of a space is no triple
      case STANDING -> {
        lately = Optional.empty();
        Stored.authority(entry.genesis(), store).ifPresent(this::anew);
      }
      case HEAD -> {
        Head head = Signed.read(store, entry.envelope(), Head.class).body();
        AuthorityEntry authority = Signed.read(store, head.keyHead(), AuthorityEntry.class).body();
        if (!Stored.bound(authority.authority(), entry.genesis(), store)) {
          return; // another claim to the name, which nobody finds by it
        }
        Set<String> changed = new TreeSet<>(); // paths of which something else is said now
        Set<String> bound = new TreeSet<>(); // paths of releases that were bound again
        Set<String> released = new TreeSet<>();
        for (Cid added : head.added()) {
          Statement statement = Signed.read(store, added, Statement.class).body();
          switch (statement.op()) {
            case Statement.Release release -> {
              released.add(statement.path());
              if (statement.replaces().isPresent()) {
                // It was void, and is bound again: what is said of it now is of this one.
                forget(subject(authority.authority(), statement.path(), release.version()));
                bound.add(statement.path());
              }
              release(authority, entry.genesis(), added, statement, release);
            }
            case Statement.Tag tag ->
                tag(authority, statement, tag, () -> lately(entry.genesis(), head));
            case Statement.Yank _, Statement.Unyank _ -> changed.add(statement.path());
            case Statement.Withdraw _, Statement.Deprecate _ -> changed.add(statement.path());
            case Statement.Promote _ -> statements++;
          }
        }
        changed.addAll(deprecated(entry.genesis(), head, released));
        changed.addAll(bound);
        if (!changed.isEmpty()) {
          Stored.authority(entry.genesis(), store)
              .ifPresent(
                  view -> {
                    statuses(view, changed);
                    bound.forEach(path -> tags(view, Slots.tags(path)));
                  });
        }
      }
    }
  }

  /**
   * What is asked of an authority for each head, as it stood with one of {@code epoch} or a later
   * one.
   *
   * @param ranges paths of which a range is deprecated
   */
  private record Lately(Cid genesis, long epoch, Set<String> ranges, Set<Cid> voided) {

    static Lately of(AuthorityView view) {
      Set<String> ranges = new HashSet<>();
      view.state()
          .walkPrefix(
              Slots.DEPRECATIONS,
              (key, _) -> {
                if (key.indexOf('@') < 0) {
                  ranges.add(key.substring(Slots.DEPRECATIONS.length()));
                }
              });
      return new Lately(
          view.id(),
          view.head().map(one -> one.body().epoch()).orElse(-1L),
          Set.copyOf(ranges),
          view.voided());
    }
  }

  /** Of the authority that was looked at last: heads of one come one after the other. */
  private Optional<Lately> lately = Optional.empty();

  /**
   * As it stands. The tree of the head itself is not asked, which may have been collected: what
   * stands now is, and whatever has changed in it since comes later in the journal.
   */
  private Optional<Lately> lately(Cid genesis, Head head) {
    if (lately
        .filter(one -> one.genesis().equals(genesis) && one.epoch() >= head.epoch())
        .isEmpty()) {
      lately = Stored.authority(genesis, store).map(Lately::of);
    }
    return lately;
  }

  /** Those of some paths of which a range is deprecated: a new release can be in it. */
  private Set<String> deprecated(Cid genesis, Head head, Set<String> paths) {
    if (paths.isEmpty()) {
      return Set.of();
    }
    return lately(genesis, head)
        .map(one -> paths.stream().filter(one.ranges()::contains).collect(Collectors.toSet()))
        .orElse(Set.of());
  }

  /** Writes what is said of the releases of some paths, as it is now. */
  private void statuses(AuthorityView view, Collection<String> paths) {
    Statuses statuses = new Statuses(view, store);
    for (String path : paths) {
      String from = Slots.releases(path);
      view.state()
          .walkPrefix(
              from,
              (key, envelope) ->
                  status(
                      view,
                      path,
                      key.substring(from.length()),
                      statuses.of(envelope, path, Version.parse(key.substring(from.length())))));
    }
  }

  private void status(AuthorityView view, String path, String version, Statuses.Status status) {
    statements++;
    Node subject = subject(view.name(), path, version);
    for (String predicate :
        List.of(
            Ontology.YANKED,
            Ontology.WITHDRAWN,
            Ontology.VOID,
            Ontology.DEPRECATED,
            Ontology.SUCCESSOR)) {
      graph.deleteAny(REGISTRY, subject, iri(predicate), Node.ANY);
    }
    status.yank().ifPresent(one -> say(subject, Ontology.YANKED, one));
    status.withdrawal().ifPresent(one -> say(subject, Ontology.WITHDRAWN, one));
    status.deprecations().forEach(one -> say(subject, Ontology.DEPRECATED, one));
    if (status.voided()) {
      add(REGISTRY, subject, Ontology.VOID, BOOLEAN_TRUE);
    }
  }

  private void say(Node subject, String predicate, Statement statement) {
    switch (statement.op()) {
      case Statement.Yank yank -> add(REGISTRY, subject, predicate, text(yank.reason()));
      case Statement.Withdraw withdraw ->
          add(REGISTRY, subject, predicate, text(withdraw.reason()));
      case Statement.Deprecate deprecate -> {
        add(REGISTRY, subject, predicate, text(deprecate.reason()));
        deprecate
            .successor()
            .ifPresent(next -> add(REGISTRY, subject, Ontology.SUCCESSOR, text(next)));
      }
      default -> throw new IllegalStateException(statement.op().text() + " is no status");
    }
  }

  /** Writes an authority again from its state, after the verdict on it has changed. */
  private void anew(AuthorityView view) {
    if (!Stored.bound(view.name(), view.id(), store)) {
      return;
    }
    Node authority = iri(RecordTriples.graphIri(view.id()));
    List<Node> subjects = new ArrayList<>();
    graph
        .find(REGISTRY, Node.ANY, iri(Ontology.AUTHORITY), authority)
        .forEachRemaining(quad -> subjects.add(quad.getSubject()));
    for (Node subject : subjects) {
      String release = subject.getURI().substring(("dxn://" + view.name() + "/").length());
      List<Node> said = new ArrayList<>();
      graph
          .find(REGISTRY, subject, iri(Ontology.STATEMENT), Node.ANY)
          .forEachRemaining(quad -> said.add(quad.getObject()));
      boolean stands =
          view.state()
              .get("r/" + release)
              .map(envelope -> List.of(iri(RecordTriples.graphIri(envelope))).equals(said))
              .orElse(false);
      if (!stands) {
        forget(subject);
      }
      graph.deleteAny(REGISTRY, subject, iri(Ontology.TAGGED), Node.ANY);
    }
    List<String> paths = new ArrayList<>();
    view.state()
        .walkPrefix(
            "r/",
            (_, envelope) -> {
              Statement statement = Signed.read(store, envelope, Statement.class).body();
              if (statement.op() instanceof Statement.Release release) {
                release(view.keyHead().body(), view.id(), envelope, statement, release);
                paths.add(statement.path());
              }
            });
    statuses(view, paths.stream().distinct().toList());
    tags(view, "t/");
  }

  /** Writes the tags whose slots begin so, as they are now. */
  private void tags(AuthorityView view, String slots) {
    Statuses statuses = new Statuses(view, store);
    view.state()
        .walkPrefix(
            slots,
            (key, _) -> {
              int colon = key.lastIndexOf(':');
              String path = key.substring("t/".length(), colon);
              String tag = key.substring(colon + 1);
              statuses
                  .tagged(path, tag)
                  .ifPresent(version -> tagged(subject(view.name(), path, version), text(tag)));
            });
  }

  /** Takes away all that is said of a release, its record's graph too. */
  private void forget(Node subject) {
    statements++;
    graph.deleteAny(REGISTRY, subject, Node.ANY, Node.ANY);
    List<Node> graphs = new ArrayList<>();
    graph
        .find(Node.ANY, subject, iri(Ontology.RECORD), Node.ANY)
        .forEachRemaining(quad -> graphs.add(quad.getGraph()));
    graphs.forEach(one -> graph.deleteAny(one, Node.ANY, Node.ANY, Node.ANY));
  }

  private static Node subject(String authority, String path, String version) {
    return iri("dxn://" + authority + "/" + path + "@" + version);
  }

  private void release(
      AuthorityEntry authority,
      Cid genesis,
      Cid envelope,
      Statement statement,
      Statement.Release release) {
    statements++;
    Optional<ModuleRecord> module = read(release.module());
    if (module.isEmpty()
        || ReleaseRules.misfit(authority.authority(), statement, release, module.get())
            .isPresent()) {
      return; // such a release is not resolved, so it is not shown either
    }
    Node named = iri(RecordTriples.graphIri(release.module()));
    for (Triple triple : RecordTriples.of(release.module(), module.get())) {
      add(named, iri(triple.subject()), triple.predicate(), object(triple.object()));
    }
    Node subject = iri(RecordTriples.releaseIri(module.get().name(), release.version()));
    add(REGISTRY, subject, Ontology.STATEMENT, iri(RecordTriples.graphIri(envelope)));
    add(REGISTRY, subject, Ontology.AUTHORITY, iri(RecordTriples.graphIri(genesis)));
    add(REGISTRY, subject, Ontology.CREATED, integer(statement.created()));
  }

  private Optional<ModuleRecord> read(Cid record) {
    try {
      return store.get(record).map(ModuleRecord::decode);
    } catch (FormatException e) {
      return Optional.empty();
    }
  }

  /**
   * A tag is at one release of a module at a time: it leaves that of the statement before it, or if
   * that is void, that of one further back. Whoever counts has taken the tag from all before it.
   */
  private void tag(
      AuthorityEntry authority,
      Statement statement,
      Statement.Tag tag,
      Supplier<Optional<Lately>> lately) {
    Node word = text(tag.tag());
    for (Optional<Cid> at = statement.replaces(); at.isPresent(); ) {
      Statement before = Signed.read(store, at.get(), Statement.class).body();
      if (before.op() instanceof Statement.Tag old) {
        Node subject = subject(authority.authority(), statement.path(), old.version());
        if (graph.contains(REGISTRY, subject, iri(Ontology.TAGGED), word)) {
          graph.delete(REGISTRY, subject, iri(Ontology.TAGGED), word);
          break;
        }
      }
      Cid cid = at.get();
      if (lately.get().filter(now -> now.voided().contains(cid)).isEmpty()) {
        break;
      }
      at = before.replaces();
    }
    tagged(subject(authority.authority(), statement.path(), tag.version()), word);
  }

  /**
   * Only what is shown is told as tagged: it may have been released in a head that does not stand.
   */
  private void tagged(Node subject, Node word) {
    statements++;
    if (graph.contains(REGISTRY, subject, iri(Ontology.STATEMENT), Node.ANY)) {
      add(REGISTRY, subject, Ontology.TAGGED, word);
    }
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
