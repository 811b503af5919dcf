/**
 * A record as RDF: the triples that every node derives from it, the same on every node.
 *
 * <p>{@link org.dxos.dmg.rdf.RecordTriples} is the way in, a pure function. A record's triples
 * stand in the named graph {@code <ipfs://CID-of-the-record>}; there are no blank nodes. Subjects
 * are the record's own: the release {@code <dxn://org.dxos/function/universal-indexer@1.2.0>}, its
 * module and functions {@code <dxn://org.dxos/function/universal-indexer>}, and parts of the record
 * {@code <ipfs://CID#dependencies/0>}. A record states nothing about anything else.
 *
 * <p>The terms are those of {@link org.dxos.dmg.rdf.Ontology}: {@code urn:dmg:ns#}, with schema.org
 * and dcterms where they have the word already. {@link org.dxos.dmg.rdf.RdfDocuments} has what is
 * published of them: the ontology and SHACL shapes in Turtle, and the JSON-LD context, which nobody
 * has to fetch, as {@link org.dxos.dmg.rdf.RdfText#jsonLd} writes it into each answer.
 *
 * @see <a href="https://www.w3.org/TR/rdf11-concepts/">RDF 1.1</a>
 */
@NullMarked
package org.dxos.dmg.rdf;

import org.jspecify.annotations.NullMarked;
