package org.dxos.dmg.manifest;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;

/** Values in the words of a finding. */
final class Found {

  /** Characters of a text that are shown. */
  private static final int SHOWN = 60;

  private static final int SHOWN_KEYS = 4;

  private Found() {}

  static String of(Node node) {
    return switch (node) {
      case Node.Null _ -> "null";
      case Node.Text text -> quoted(text.value());
      case Node.Bool bool -> "`" + bool.value() + "`";
      case Node.Int number -> "the number `" + number.value() + "`";
      case Node.BigInt number -> "the number `" + number.value() + "`";
      case Node.Real _ ->
          "the number `" + new String(Json.canonical(node), StandardCharsets.UTF_8) + "`";
      case Node.Bytes bytes -> bytes.value().length + " bytes";
      case Node.Link link -> "the link `" + link.cid() + "`";
      case Node.Array array ->
          switch (array.items().size()) {
            case 0 -> "an empty array";
            case 1 -> "an array of one";
            default -> "an array of " + array.items().size();
          };
      case Node.Map map ->
          map.entries().isEmpty()
              ? "an empty object"
              : "an object with "
                  + map.entries().keySet().stream()
                      .limit(SHOWN_KEYS)
                      .map(key -> "`" + plain(abbreviated(key)) + "`")
                      .collect(Collectors.joining(", "))
                  + (map.entries().size() > SHOWN_KEYS ? ", …" : "");
    };
  }

  static String quoted(String text) {
    return "`" + inQuotes(text) + "`";
  }

  static String inQuotes(String text) {
    return "\"" + plain(abbreviated(text)) + "\"";
  }

  private static String abbreviated(String text) {
    if (text.length() <= SHOWN) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
    return text.substring(0, end) + "…";
  }

  /** On one line and harmless to a terminal, whatever the text holds. */
  private static String plain(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String one = String.valueOf(c);
      if (Fields.forbiddenAt(one, false) == 0) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
