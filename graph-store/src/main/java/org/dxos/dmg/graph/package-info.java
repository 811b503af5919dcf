/**
 * The RDF view of what is held, in Jena TDB2 and Lucene: derived from the journal, never an input
 * to anything, thrown away and rebuilt at will. Nothing outside of this package knows Jena.
 *
 * <p>{@link org.dxos.dmg.graph.GraphIndex} is the way in. It follows the journal in batches and
 * keeps, in the same transaction as the triples, the position up to which it has come; so after a
 * crash it goes on where it was. A folder that belongs to another journal, or that cannot be read,
 * is made anew.
 *
 * <p>Queries are SPARQL 1.1 over the union of all named graphs. What could reach out of the dataset
 * or run code is refused after parsing, on the algebra ({@code QueryGuard}); limits: {@link
 * org.dxos.dmg.graph.QueryLimits}, 64 KiB of text, 5,000 operators and expressions. A query runs on
 * a thread of its own; one that does not heed its stop sign is left behind, at most four of them.
 *
 * @see <a href="https://www.w3.org/TR/sparql11-query/">SPARQL 1.1</a>
 */
@NullMarked
package org.dxos.dmg.graph;

import org.jspecify.annotations.NullMarked;
