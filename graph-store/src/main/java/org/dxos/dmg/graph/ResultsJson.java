package org.dxos.dmg.graph;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.Triple;
import org.apache.jena.query.ResultSet;
import org.apache.jena.sparql.core.Var;
import org.apache.jena.sparql.engine.binding.Binding;
import org.apache.jena.sparql.util.NodeUtils;
import org.dxos.dmg.error.ErrorCode;

/**
 * Rows as SPARQL 1.1 Query Results JSON, without spaces. The engine's own writer, which indents and
 * goes through a writer character by character, takes ten times as long as the query of a closure.
 *
 * <p>For one answer, by one thread.
 *
 * @see <a href="https://www.w3.org/TR/sparql11-results-json/">SPARQL 1.1 Query Results JSON</a>
 */
final class ResultsJson {

  /** Characters after which what is written goes on into bytes, at the end of a row. */
  private static final int PART = 8 * 1024;

  private final StringBuilder part = new StringBuilder(2 * PART);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(8 * PART);

  /** Labels of blank nodes, which mean something within one answer only. */
  private final Map<Node, String> blanks = new HashMap<>();

  private ResultsJson() {}

  /** Writes all rows. */
  static byte[] of(ResultSet rows) {
    return new ResultsJson().write(rows);
  }

  private byte[] write(ResultSet rows) {
    List<Var> variables = Var.varList(rows.getResultVars());
    List<String> keys = variables.stream().map(one -> quoted(one.getVarName())).toList();
    part.append("{\"head\":{\"vars\":[")
        .append(String.join(",", keys))
        .append("]},\"results\":{\"bindings\":[");
    String before = "{";
    while (rows.hasNext()) {
      part.append(before);
      row(rows.nextBinding(), variables, keys);
      part.append('}');
      before = ",\n{"; // a line a row, for who looks at it
      if (part.length() >= PART) {
        flush();
      }
    }
    part.append("]}}\n");
    flush();
    return out.toByteArray();
  }

  private void flush() {
    out.writeBytes(part.toString().getBytes(StandardCharsets.UTF_8));
    part.setLength(0);
  }

  private void row(Binding row, List<Var> variables, List<String> keys) {
    boolean first = true;
    for (int i = 0; i < keys.size(); i++) {
      Node value = row.get(variables.get(i));
      if (value != null) {
        if (!first) {
          part.append(',');
        }
        first = false;
        part.append(keys.get(i)).append(':');
        term(value);
      }
    }
  }

  private void term(Node node) {
    if (node.isURI()) {
      part.append("{\"type\":\"uri\",\"value\":");
      quote(node.getURI(), part);
    } else if (node.isLiteral()) {
      part.append("{\"type\":\"literal\",");
      kind(node);
      part.append("\"value\":");
      quote(node.getLiteralLexicalForm(), part);
    } else if (node.isBlank()) {
      part.append("{\"type\":\"bnode\",\"value\":");
      quote(blanks.computeIfAbsent(node, _ -> "b" + blanks.size()), part);
    } else if (node.isTripleTerm()) {
      part.append("{\"type\":\"triple\",\"value\":{\"subject\":");
      Triple triple = node.getTriple();
      term(triple.getSubject());
      part.append(",\"predicate\":");
      term(triple.getPredicate());
      part.append(",\"object\":");
      term(triple.getObject());
      part.append('}');
    } else {
      throw new GraphException(
          ErrorCode.INTERNAL, "write row: `" + node + "` is no term of an answer", "");
    }
    part.append('}');
  }

  /** The language or datatype of a literal, where it is more than text. */
  private void kind(Node literal) {
    if (NodeUtils.isSimpleString(literal)) {
      return;
    }
    String language = literal.getLiteralLanguage();
    if (language == null || language.isEmpty()) {
      part.append("\"datatype\":");
      quote(literal.getLiteralDatatypeURI(), part);
    } else {
      part.append("\"xml:lang\":");
      quote(language, part);
      if (literal.getLiteralBaseDirection() != null) {
        part.append(",\"its:dir\":");
        quote(literal.getLiteralBaseDirection().direction(), part);
      }
    }
    part.append(',');
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2);
    quote(text, out);
    return out.toString();
  }

  /** RFC 8259, 7: what has to be escaped, and no more. */
  private static void quote(String text, StringBuilder out) {
    out.append('"');
    int plain = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        out.append(text, plain, i);
        plain = i + 1;
        switch (c) {
          case '"', '\\' -> out.append('\\').append(c);
          case '\n' -> out.append("\\n");
          case '\r' -> out.append("\\r");
          case '\t' -> out.append("\\t");
          default -> out.append("\\u00").append(c < 0x10 ? '0' : '1').append(HEX.charAt(c & 0xf));
        }
      }
    }
    out.append(text, plain, text.length()).append('"');
  }

  private static final String HEX = "0123456789abcdef";
}
