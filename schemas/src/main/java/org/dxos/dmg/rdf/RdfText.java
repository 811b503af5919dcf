package org.dxos.dmg.rdf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;

/** Triples as text: Turtle, and JSON-LD with the context of {@link RdfDocuments#context} in it. */
public final class RdfText {

  private static final Node CONTEXT = context();

  /** Property IRI to the term of the context; Java's class loader makes it once. */
  private static final Map<String, String> TERMS = terms();

  private RdfText() {}

  /** One triple a line, IRIs in full: Turtle that is N-Triples as well. */
  public static String turtle(List<Triple> triples) {
    StringBuilder out = new StringBuilder();
    for (Triple triple : triples) {
      iri(out, triple.subject()).append(' ');
      iri(out, triple.predicate()).append(' ');
      switch (triple.object()) {
        case Triple.Term.Iri(String value) -> iri(out, value);
        case Triple.Term.Literal(String value, String datatype) -> {
          quoted(out, value);
          if (!datatype.equals(Ontology.XSD + "string")) {
            iri(out.append("^^"), datatype);
          }
        }
      }
      out.append(" .\n");
    }
    return out.toString();
  }

  /** A document with its context inside, so that whoever reads it need not fetch anything. */
  public static Node.Map jsonLd(List<Triple> triples) {
    Map<String, Map<String, List<Node>>> subjects = new LinkedHashMap<>();
    for (Triple triple : triples) {
      String term = TERMS.getOrDefault(triple.predicate(), triple.predicate());
      subjects
          .computeIfAbsent(triple.subject(), subject -> new LinkedHashMap<>())
          .computeIfAbsent(term, key -> new ArrayList<>())
          .add(object(term, triple.object()));
    }
    List<Node> graph = new ArrayList<>();
    subjects.forEach(
        (subject, properties) -> {
          Map<String, Node> entries = new LinkedHashMap<>();
          entries.put("id", Node.of(subject));
          properties.forEach(
              (term, values) ->
                  entries.put(
                      term, values.size() == 1 ? values.getFirst() : new Node.Array(values)));
          graph.add(new Node.Map(entries));
        });
    Map<String, Node> document = new LinkedHashMap<>();
    document.put("@context", CONTEXT);
    document.put("@graph", new Node.Array(graph));
    return new Node.Map(document);
  }

  /** The context types every term, so a value stands as plain JSON. */
  private static Node object(String term, Triple.Term object) {
    return switch (object) {
      case Triple.Term.Iri(String value) ->
          term.equals("type") ? Node.of(TERMS.getOrDefault(value, value)) : Node.of(value);
      case Triple.Term.Literal(String value, String datatype) ->
          switch (datatype.substring(Ontology.XSD.length())) {
            case "integer" -> Node.of(Long.parseLong(value));
            case "boolean" -> Node.of(Boolean.parseBoolean(value));
            default -> Node.of(value);
          };
    };
  }

  private static Node context() {
    Node.Map document = (Node.Map) Json.parse(RdfDocuments.context());
    return Optional.ofNullable(document.entries().get("@context")).orElseThrow();
  }

  private static Map<String, String> terms() {
    Map<String, String> terms = new HashMap<>();
    ((Node.Map) CONTEXT)
        .entries()
        .forEach(
            (term, meaning) -> {
              if (meaning instanceof Node.Map map
                  && map.entries().get("@id") instanceof Node.Text id) {
                terms.put(id.value(), term);
              } else if (meaning instanceof Node.Text id && id.value().startsWith(Ontology.NS)) {
                terms.put(id.value(), term);
              }
            });
    terms.put(Ontology.TYPE, "type");
    return terms;
  }

  /** What an IRI may not hold in Turtle is written as a number. */
  private static StringBuilder iri(StringBuilder out, String iri) {
    out.append('<');
    for (int i = 0; i < iri.length(); i++) {
      char c = iri.charAt(i);
      if (c <= ' ' || "<>\"{}|^`\\".indexOf(c) >= 0) {
        out.append("\\u%04X".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('>');
  }

  private static void quoted(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        default -> out.append(c);
      }
    }
    out.append('"');
  }

  /** UTF-8 of {@link #turtle}. */
  public static byte[] turtleBytes(List<Triple> triples) {
    return turtle(triples).getBytes(StandardCharsets.UTF_8);
  }
}
