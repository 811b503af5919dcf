package org.dxos.dmg.rdf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dxn.Kind;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.rdf.Triple.Term;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.FunctionEntry;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Variant;
import org.dxos.dmg.version.Range;

/** The projection of one record. */
public final class RecordTriples {

  private final Cid record;
  private final ModuleRecord module;
  private final String release;
  private final List<Triple> triples = new ArrayList<>();

  private RecordTriples(Cid record, ModuleRecord module) {
    this.record = record;
    this.module = module;
    this.release = releaseIri(module.name(), module.version().toString());
  }

  /** The triples of a record, in an order of their own, without doubles. */
  public static List<Triple> of(Cid record, ModuleRecord module) {
    return new RecordTriples(record, module).project();
  }

  /** The named graph of a record. */
  public static String graphIri(Cid record) {
    return "ipfs://" + record;
  }

  /** The subject of a release. */
  public static String releaseIri(Name name, String version) {
    return name.dxnUri() + "@" + version;
  }

  private List<Triple> project() {
    Name name = module.name();
    iri(release, Ontology.TYPE, Ontology.RELEASE);
    iri(release, Ontology.OF, name.dxnUri());
    text(release, Ontology.VERSION, module.version().toString());
    iri(release, Ontology.RECORD, graphIri(record));
    text(release, Ontology.NAME, module.displayName().orElse(name.toString()));
    text(release, Ontology.LABEL, words(name));
    iri(name.dxnUri(), Ontology.TYPE, classOf(name.kind()));
    optional(Ontology.DESCRIPTION, module.description());
    optional(Ontology.LICENSE, module.license());
    optional(Ontology.REPOSITORY, module.repository());
    optional(Ontology.HOMEPAGE, module.homepage());
    module.authors().forEach(author -> text(release, Ontology.AUTHOR, author));
    module.keywords().forEach(keyword -> text(release, Ontology.KEYWORD, keyword));
    module.functions().forEach(this::function);
    module.provides().keySet().forEach(this::provided);
    module.resources().stream()
        .map(resource -> resource.kind())
        .distinct()
        .forEach(kind -> text(release, Ontology.ASKS_FOR, kind));
    for (int i = 0; i < module.runtimes().size(); i++) {
      variant(i, module.runtimes().get(i));
    }
    for (int i = 0; i < module.dependencies().size(); i++) {
      dependency(i, module.dependencies().get(i));
    }
    return triples.stream().distinct().toList();
  }

  private void provided(Name api) {
    iri(release, Ontology.PROVIDES, api.dxnUri());
    text(release, Ontology.LABEL, words(api));
  }

  private void function(FunctionEntry function) {
    iri(release, Ontology.CARRIES, function.name().dxnUri());
    text(release, Ontology.LABEL, words(function.name()));
    iri(function.name().dxnUri(), Ontology.TYPE, Ontology.FUNCTION);
    function
        .triggers()
        .forEach(
            trigger ->
                text(
                    release,
                    Ontology.STARTED_BY,
                    trigger.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)));
  }

  private void variant(int index, Variant variant) {
    String subject = part("runtimes", index);
    iri(release, Ontology.HAS_VARIANT, subject);
    iri(subject, Ontology.TYPE, Ontology.VARIANT);
    text(subject, Ontology.RUNTIME, variant.runtime().toString());
    text(subject, Ontology.RANGE, variant.version().toString());
    variant
        .bundle()
        .ifPresent(
            bundle -> {
              iri(subject, Ontology.BUNDLE, "ipfs://" + bundle.cid());
              literal(subject, Ontology.SIZE, String.valueOf(bundle.size()), "integer");
            });
  }

  private void dependency(int index, Dependency dependency) {
    String subject = part("dependencies", index);
    iri(release, Ontology.HAS_DEPENDENCY, subject);
    iri(subject, Ontology.TYPE, Ontology.DEPENDENCY);
    if (dependency.optional()) {
      literal(subject, Ontology.OPTIONAL, "true", "boolean");
    }
    switch (dependency) {
      case Dependency.One one -> on(subject, one.name(), one.range(), dependency.optional());
      case Dependency.AnyOf anyOf -> {
        for (int i = 0; i < anyOf.alternatives().size(); i++) {
          Dependency.Alternative one = anyOf.alternatives().get(i);
          on(subject + "/" + i, one.name(), one.range(), dependency.optional());
          iri(subject, Ontology.ANY_OF, subject + "/" + i);
        }
      }
    }
  }

  private void on(String subject, Name name, Range range, boolean optional) {
    iri(subject, Ontology.ON, name.dxnUri());
    text(subject, Ontology.RANGE, range.toString());
    iri(release, optional ? Ontology.OPTIONALLY_DEPENDS_ON : Ontology.DEPENDS_ON, name.dxnUri());
  }

  private String part(String field, int index) {
    return graphIri(record) + "#" + field + "/" + index;
  }

  private static String classOf(Kind kind) {
    return switch (kind) {
      case FUNCTION -> Ontology.FUNCTION;
      case API -> Ontology.API;
      default -> Ontology.MODULE;
    };
  }

  /** The parts of a name as words, for text search. */
  private static String words(Name name) {
    return String.join(
        " ",
        Stream.of(name.toString().split("[^a-z0-9]+")).filter(word -> !word.isEmpty()).toList());
  }

  private void optional(String predicate, Optional<String> value) {
    value.ifPresent(one -> text(release, predicate, one));
  }

  private void iri(String subject, String predicate, String object) {
    triples.add(new Triple(subject, predicate, new Term.Iri(object)));
  }

  private void text(String subject, String predicate, String value) {
    literal(subject, predicate, value, "string");
  }

  private void literal(String subject, String predicate, String value, String type) {
    triples.add(new Triple(subject, predicate, new Term.Literal(value, Ontology.XSD + type)));
  }
}
