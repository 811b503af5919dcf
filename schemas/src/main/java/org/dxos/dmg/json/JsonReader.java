package org.dxos.dmg.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.FormatException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** Strict JSON to {@link Node}; recursion is bounded by {@link Json#MAX_DEPTH}. */
final class JsonReader {

  private static final JsonFactory FACTORY = new JsonFactory();

  /** Characters of an integer from which on it may be 2^53 or more. */
  private static final int SURELY_EXACT = 16;

  /** What the parser's messages say to its programmers only. */
  private static final Pattern ASIDE =
      Pattern.compile(", from `[^`]*`|\\s*\\((?:start marker|for [A-Za-z]+ starting).*|\\n.*");

  private final JsonParser parser;

  private JsonReader(JsonParser parser) {
    this.parser = parser;
  }

  static Node read(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      JsonReader reader = new JsonReader(parser);
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw reader.error("it is empty, expected a value");
      }
      Node value = reader.value(first, 0);
      if (parser.nextToken() != null) {
        throw reader.error("more follows the value, expected the end");
      }
      return value;
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      throw Json.error(
          "JSON",
          at == null ? 1 : Math.max(1, at.getLineNr()),
          at == null ? 1 : Math.max(1, at.getColumnNr()),
          plain(e.getOriginalMessage()));
    }
  }

  private Node value(JsonToken token, int depth) {
    return switch (token) {
      case START_OBJECT -> object(depth + 1);
      case START_ARRAY -> array(depth + 1);
      case VALUE_STRING -> new Node.Text(wellFormed(parser.getString()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getStringLength() < SURELY_EXACT) {
          yield new Node.Int(parser.getLongValue());
        }
        String text = parser.getString();
        yield Numbers.read(text)
            .orElseThrow(() -> error("the number `" + text + "` is beyond a 64-bit float"));
      }
      case VALUE_TRUE -> new Node.Bool(true);
      case VALUE_FALSE -> new Node.Bool(false);
      case VALUE_NULL -> Node.NULL;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw error("found " + token + ", expected a value");
    };
  }

  private Node object(int depth) {
    checkDepth(depth);
    Map<String, Node> entries = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = wellFormed(parser.currentName());
      if (entries.containsKey(key)) {
        throw error("the key `" + key + "` stands twice in one object");
      }
      entries.put(key, value(parser.nextToken(), depth));
    }
    return new Node.Map(entries);
  }

  private Node array(int depth) {
    checkDepth(depth);
    List<Node> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(value(token, depth));
    }
    return new Node.Array(items);
  }

  private void checkDepth(int depth) {
    if (depth > Json.MAX_DEPTH) {
      throw error("nested deeper than " + Json.MAX_DEPTH);
    }
  }

  private String wellFormed(String text) {
    if (Json.hasLoneSurrogate(text)) {
      throw error("text has half of a surrogate pair, which is no character");
    }
    return text;
  }

  private FormatException error(String what) {
    TokenStreamLocation at = parser.currentTokenLocation();
    return Json.error("JSON", Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()), what);
  }

  private static String plain(String message) {
    String text = ASIDE.matcher(message).replaceAll("").strip();
    return text.isEmpty()
        ? "it is no JSON"
        : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }
}
