package org.dxos.dmg.json;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** {@link Node} to JSON text, in the three forms of {@link Json}. */
final class JsonWriter {

  private enum Form {
    CANONICAL,
    DAG,
    PRETTY
  }

  private static final String HEX = "0123456789abcdef";

  private final Form form;
  private final Optional<Comparator<String>> order;
  private final StringBuilder out = new StringBuilder(256);

  private JsonWriter(Form form, Optional<Comparator<String>> order) {
    this.form = form;
    this.order = order;
  }

  static String canonical(Node value) {
    return new JsonWriter(Form.CANONICAL, Optional.of(Comparator.naturalOrder())).text(value);
  }

  static String dagJson(Node value) {
    return new JsonWriter(Form.DAG, Optional.of(Fields::compareUtf8)).text(value);
  }

  static String pretty(Node value) {
    return new JsonWriter(Form.PRETTY, Optional.empty()).text(value) + "\n";
  }

  private String text(Node value) {
    write(value, 0);
    return out.toString();
  }

  private void write(Node value, int depth) {
    if (depth > Json.MAX_DEPTH) {
      throw refuse("a value nested deeper than " + Json.MAX_DEPTH);
    }
    switch (value) {
      case Node.Null _ -> out.append("null");
      case Node.Bool bool -> out.append(bool.value());
      case Node.Int number -> {
        if (form == Form.CANONICAL && !Fields.isExactInJson(number.value())) {
          throw refuse("the integer " + number.value() + " is 2^53 or more");
        }
        out.append(number.value());
      }
      case Node.BigInt big -> {
        if (form == Form.CANONICAL) {
          throw refuse("the integer " + big.value() + " is 2^53 or more");
        }
        out.append(big.value());
      }
      case Node.Real real -> writeReal(real.value());
      case Node.Text text -> quote(text.value());
      case Node.Bytes bytes -> writeBytes(bytes.value());
      case Node.Link link -> {
        switch (form) {
          case CANONICAL -> throw refuse("the link `" + link.cid() + "` has no canonical JSON");
          case DAG -> out.append("{\"/\":\"").append(link.cid()).append("\"}");
          case PRETTY -> quote(link.cid().toString());
        }
      }
      case Node.Array array -> writeArray(array.items(), depth + 1);
      case Node.Map map -> writeMap(map.entries(), depth + 1);
    }
  }

  private void writeReal(double value) {
    String text = Numbers.ecmaScript(value);
    out.append(text);
    // In dag-json a float keeps its kind: 1.0 is no integer there.
    if (form == Form.DAG && text.indexOf('.') < 0 && text.indexOf('e') < 0) {
      out.append(".0");
    }
  }

  private void writeBytes(byte[] bytes) {
    switch (form) {
      case CANONICAL -> throw refuse(bytes.length + " bytes have no canonical JSON");
      case DAG ->
          out.append("{\"/\":{\"bytes\":\"")
              .append(Base64.getEncoder().withoutPadding().encodeToString(bytes))
              .append("\"}}");
      case PRETTY -> quote(Base64.getEncoder().encodeToString(bytes));
    }
  }

  private void writeArray(List<Node> items, int depth) {
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      separate(i == 0, depth);
      write(items.get(i), depth);
    }
    close(items.isEmpty(), depth, ']');
  }

  private void writeMap(Map<String, Node> entries, int depth) {
    if (form == Form.DAG && reserved(entries)) {
      throw refuse("a map with the key `/` would read as a link or as bytes");
    }
    if (entries.isEmpty()) {
      out.append("{}");
      return;
    }
    List<String> keys = new ArrayList<>(entries.keySet());
    order.ifPresent(keys::sort);
    out.append('{');
    boolean first = true;
    for (String key : keys) {
      separate(first, depth);
      first = false;
      quote(key);
      out.append(form == Form.PRETTY ? ": " : ":");
      Node value = entries.get(key);
      if (value == null) {
        throw new IllegalStateException("key without a value: " + key);
      }
      write(value, depth);
    }
    close(first, depth, '}');
  }

  private static boolean reserved(Map<String, Node> entries) {
    Node slash = entries.get("/");
    return slash instanceof Node.Text
        || (slash instanceof Node.Map inner && inner.entries().containsKey("bytes"));
  }

  private void separate(boolean first, int depth) {
    if (!first) {
      out.append(',');
    }
    if (form == Form.PRETTY) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private void close(boolean empty, int depth, char bracket) {
    if (form == Form.PRETTY && !empty) {
      out.append('\n').repeat("  ", depth - 1);
    }
    out.append(bracket);
  }

  private void quote(String text) {
    if (Json.hasLoneSurrogate(text)) {
      throw refuse("a text has half of a surrogate pair, which is no character");
    }
    out.append('"');
    int plain = 0; // from here on nothing has to be escaped: most texts go out in one piece
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c != '"' && c != '\\') {
        continue;
      }
      out.append(text, plain, i);
      plain = i + 1;
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\t' -> out.append("\\t");
        case '\n' -> out.append("\\n");
        case '\f' -> out.append("\\f");
        case '\r' -> out.append("\\r");
        default -> out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    out.append(text, plain, text.length()).append('"');
  }

  private static FormatException refuse(String what) {
    return new FormatException(ErrorCode.JSON_SYNTAX, "write JSON: " + what);
  }
}
