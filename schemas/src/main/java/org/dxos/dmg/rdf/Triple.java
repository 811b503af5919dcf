package org.dxos.dmg.rdf;

/**
 * A statement of RDF.
 *
 * @param subject an IRI
 * @param predicate an IRI
 */
public record Triple(String subject, String predicate, Term object) {

  /** What stands last in a triple. */
  public sealed interface Term {

    /** A resource. */
    record Iri(String value) implements Term {}

    /**
     * A literal.
     *
     * @param datatype an IRI
     */
    record Literal(String value, String datatype) implements Term {}
  }
}
