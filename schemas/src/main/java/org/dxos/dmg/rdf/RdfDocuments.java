package org.dxos.dmg.rdf;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** What is published about the words of DMG in RDF, as it stands beside this class. */
public final class RdfDocuments {

  private RdfDocuments() {}

  /** The ontology in Turtle: each class and property with label and comment, UTF-8. */
  public static byte[] ontology() {
    return read("ontology.ttl");
  }

  /** SHACL shapes of the graph of a record, in Turtle, UTF-8. */
  public static byte[] shapes() {
    return read("shapes.ttl");
  }

  /** The JSON-LD context, UTF-8. */
  public static byte[] context() {
    return read("context.jsonld");
  }

  private static byte[] read(String name) {
    try (InputStream in = RdfDocuments.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the jar is damaged: " + name, e);
    }
  }
}
