package org.dxos.dmg.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.Variant;
import org.jspecify.annotations.Nullable;

/**
 * What a record says that matters to who runs the module, one thing a line. Defaults are not
 * recorded, and said all the same.
 */
final class RecordFacts {

  private RecordFacts() {}

  /**
   * The lines.
   *
   * @param record the record as a map, links as text
   */
  static List<String> of(ModuleRecord module, Node.Map record) {
    List<String> lines = new ArrayList<>();
    add(lines, "license", module.license());
    add(lines, "repository", module.repository());
    // Lists keep their places.
    List<Node.Map> functions = maps(record, "functions");
    for (int i = 0; i < module.functions().size(); i++) {
      Node.Map said = i < functions.size() ? functions.get(i) : Node.Map.EMPTY;
      lines.add("function    " + module.functions().get(i).name() + rest(said, "name", "triggers"));
      for (Node.Map trigger : maps(said.entries().get("triggers"))) {
        lines.add("  on        " + text(trigger, "kind") + rest(trigger, "kind"));
      }
    }
    List<Node.Map> variants = maps(record, "runtimes");
    for (int i = 0; i < module.runtimes().size(); i++) {
      Variant variant = module.runtimes().get(i);
      Node.Map said = i < variants.size() ? variants.get(i) : Node.Map.EMPTY;
      lines.add(
          "runtime     "
              + variant.runtime()
              + " "
              + variant.version()
              + " on "
              + variant.backends()
              + rest(said, "runtime", "version", "backends"));
    }
    for (Node.Map resource : maps(record, "resources")) {
      lines.add("asks for    " + text(resource, "kind") + rest(resource, "kind"));
    }
    module
        .provides()
        .forEach((api, provided) -> lines.add("provides    " + api + " " + provided.version()));
    module.providers().forEach(one -> lines.add("provided by " + one));
    for (Dependency dependency : module.dependencies()) {
      lines.add("needs       " + ShowCommand.text(dependency));
    }
    return lines;
  }

  /** A record with its links as text, as a registry tells it. */
  static Node.Map plain(Node.Map record) {
    Map<String, Node> entries = new LinkedHashMap<>();
    record.entries().forEach((key, value) -> entries.put(key, plain(value)));
    return new Node.Map(entries);
  }

  private static Node plain(Node value) {
    return switch (value) {
      case Node.Link link -> Node.of(link.cid().toString());
      case Node.Array array ->
          new Node.Array(array.items().stream().map(RecordFacts::plain).toList());
      case Node.Map map -> plain(map);
      default -> value;
    };
  }

  private static List<Node.Map> maps(Node.Map record, String field) {
    return maps(record.entries().get(field));
  }

  private static List<Node.Map> maps(@Nullable Node list) {
    return list instanceof Node.Array array
        ? array.items().stream()
            .filter(Node.Map.class::isInstance)
            .map(Node.Map.class::cast)
            .toList()
        : List.of();
  }

  private static String text(Node.Map map, String field) {
    Node value = map.entries().get(field);
    return value == null ? "" : words(value);
  }

  /** What else a map says, as it is recorded: sizes in bytes, durations in milliseconds. */
  private static String rest(Node.Map map, String... told) {
    String text =
        map.entries().entrySet().stream()
            .filter(entry -> !List.of(told).contains(entry.getKey()))
            .map(entry -> entry.getKey() + " " + words(entry.getValue()))
            .collect(Collectors.joining(", "));
    return text.isEmpty() ? "" : "  (" + text + ")";
  }

  private static String words(Node value) {
    return switch (value) {
      case Node.Text text -> text.value();
      case Node.Array array ->
          array.items().stream().map(RecordFacts::words).collect(Collectors.joining(" "));
      default -> new String(Json.canonical(value), StandardCharsets.UTF_8);
    };
  }

  private static void add(List<String> lines, String what, Optional<String> value) {
    value.ifPresent(one -> lines.add("%-12s%s".formatted(what, one)));
  }
}
