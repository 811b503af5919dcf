package org.dxos.dmg.rdf;

/** The IRIs in which DMG speaks RDF; {@link RdfDocuments#ontology} says what each means. */
public final class Ontology {

  public static final String NS = "urn:dmg:ns#";
  public static final String SCHEMA = "https://schema.org/";
  public static final String DCTERMS = "http://purl.org/dc/terms/";
  public static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
  public static final String XSD = "http://www.w3.org/2001/XMLSchema#";

  /** The named graph of what the registry itself says. */
  public static final String REGISTRY_GRAPH = "urn:dmg:registry";

  public static final String TYPE = RDF + "type";

  // classes
  public static final String RELEASE = NS + "Release";
  public static final String MODULE = NS + "Module";
  public static final String FUNCTION = NS + "Function";
  public static final String API = NS + "Api";
  public static final String DEPENDENCY = NS + "Dependency";
  public static final String VARIANT = NS + "Variant";
  public static final String ALTERNATIVE = NS + "Alternative";

  // of a release
  public static final String OF = NS + "of";
  public static final String VERSION = NS + "version";
  public static final String RECORD = NS + "record";
  public static final String CARRIES = NS + "carries";
  public static final String PROVIDES = NS + "provides";
  public static final String DEPENDS_ON = NS + "dependsOn";
  public static final String OPTIONALLY_DEPENDS_ON = NS + "optionallyDependsOn";
  public static final String HAS_DEPENDENCY = NS + "dependency";
  public static final String HAS_VARIANT = NS + "variant";
  public static final String ASKS_FOR = NS + "asksFor";
  public static final String STARTED_BY = NS + "startedBy";
  public static final String NAME = SCHEMA + "name";
  public static final String LABEL = NS + "words";
  public static final String DESCRIPTION = SCHEMA + "description";
  public static final String KEYWORD = SCHEMA + "keywords";
  public static final String LICENSE = DCTERMS + "license";
  public static final String REPOSITORY = SCHEMA + "codeRepository";
  public static final String HOMEPAGE = SCHEMA + "url";
  public static final String AUTHOR = SCHEMA + "author";

  // of a dependency or a variant
  public static final String ANY_OF = NS + "anyOf";
  public static final String ON = NS + "on";
  public static final String RANGE = NS + "range";
  public static final String OPTIONAL = NS + "optional";
  public static final String RUNTIME = NS + "runtime";
  public static final String BUNDLE = NS + "bundle";
  public static final String SIZE = NS + "size";

  // what the registry says
  public static final String STATEMENT = NS + "statement";
  public static final String AUTHORITY = NS + "authority";
  public static final String TAGGED = NS + "tagged";
  public static final String CREATED = DCTERMS + "created";
  public static final String YANKED = NS + "yanked";
  public static final String WITHDRAWN = NS + "withdrawn";
  public static final String VOID = NS + "void";
  public static final String DEPRECATED = NS + "deprecated";
  public static final String SUCCESSOR = NS + "successor";
  public static final String POSITION = NS + "position";
  public static final String JOURNAL = NS + "journal";

  // functions and properties that a query may call
  public static final String SATISFIES = NS + "satisfies";
  public static final String COMPARE = NS + "compare";
  public static final String CLOSURE = NS + "closure";
  public static final String DEPENDENTS = NS + "dependents";

  private Ontology() {}
}
