package org.dxos.dmg.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.DxnResult;
import org.dxos.dmg.error.Quoted;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;
import org.dxos.dmg.record.Variant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show a release: its functions, runtimes, resources and dependencies.")
final class ShowCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "DXN", description = "the release to show")
  private String dxn = "";

  ShowCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Registry registry = session.registry()) {
      Optional<Map.Entry<Cid, NewerRecord>> newer = newer(registry);
      if (newer.isPresent()) {
        show(newer.get().getKey(), newer.get().getValue());
        return 0;
      }
      ReleaseInfo release = registry.resolve(dxn);
      if (session.json()) {
        session.terminal().json(release.toNode());
        return 0;
      }
      ModuleRecord module = ModuleRecord.decode(registry.get(release.record()).orElseThrow());
      describe(release, module).forEach(session.terminal()::line);
      release.warnings().forEach(session.terminal()::warning);
      return 0;
    }
  }

  /** The record that is asked for by its CID, if it is of a later version. */
  private Optional<Map.Entry<Cid, NewerRecord>> newer(Registry registry) {
    return Dxn.read(dxn) instanceof DxnResult.Parsed(Dxn.ByCid(Cid cid), var _)
            && cid.codec() == Cid.DAG_CBOR
        ? registry.get(cid).flatMap(NewerRecord::read).map(record -> Map.entry(cid, record))
        : Optional.empty();
  }

  /** What is shared with this version, and the names of the rest: nothing is guessed. */
  private void show(Cid cid, NewerRecord record) {
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("record", cid.toString())
                  .put("type", record.type())
                  .put("understood", record.shown(), Node::of)
                  .put("notUnderstood", record.unknown(), Node::of)
                  .put("links", record.links(), link -> Node.of(link.toString()))
                  .build());
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add("record      " + cid);
    lines.add("type        " + record.type() + ", of a later version than this one reads");
    record.shown().forEach((field, text) -> lines.add("%-11s %s".formatted(field, text)));
    record.unknown().forEach(field -> lines.add("not known   " + Quoted.of(field)));
    record.links().forEach(link -> lines.add("links       " + link));
    lines.forEach(session.terminal()::line);
    session
        .terminal()
        .warning("it cannot be resolved or installed by this version: use a newer dmg");
  }

  private static List<String> describe(ReleaseInfo release, ModuleRecord module) {
    List<String> lines = new ArrayList<>();
    lines.add(release.reference());
    module.description().ifPresent(lines::add);
    lines.add("");
    add(lines, "license", module.license());
    add(lines, "repository", module.repository());
    // Defaults are not recorded, and shown all the same; lists keep their places.
    List<Node.Map> functions = maps(release, "functions");
    for (int i = 0; i < module.functions().size(); i++) {
      Node.Map said = i < functions.size() ? functions.get(i) : Node.Map.EMPTY;
      lines.add("function    " + module.functions().get(i).name() + rest(said, "name", "triggers"));
      for (Node.Map trigger : maps(said.entries().get("triggers"))) {
        lines.add("  on        " + text(trigger, "kind") + rest(trigger, "kind"));
      }
    }
    List<Node.Map> variants = maps(release, "runtimes");
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
    for (Node.Map resource : maps(release, "resources")) {
      lines.add("asks for    " + text(resource, "kind") + rest(resource, "kind"));
    }
    module
        .provides()
        .forEach((api, provided) -> lines.add("provides    " + api + " " + provided.version()));
    module.providers().forEach(one -> lines.add("provided by " + one));
    for (Dependency dependency : module.dependencies()) {
      lines.add("needs       " + text(dependency));
    }
    lines.add("");
    lines.add("record      " + release.record());
    lines.add("release     " + release.release());
    lines.add("authority   " + release.genesis());
    lines.add("head        " + release.head());
    return lines;
  }

  private static List<Node.Map> maps(ReleaseInfo release, String field) {
    return maps(release.module().entries().get(field));
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
          array.items().stream().map(ShowCommand::words).collect(Collectors.joining(" "));
      default -> new String(Json.canonical(value), StandardCharsets.UTF_8);
    };
  }

  private static void add(List<String> lines, String what, Optional<String> value) {
    value.ifPresent(one -> lines.add("%-12s%s".formatted(what, one)));
  }

  static String text(Dependency dependency) {
    String text =
        switch (dependency) {
          case Dependency.One one ->
              one.name()
                  + "@"
                  + one.range()
                  + one.provider().map(provider -> "  (by " + provider + ")").orElse("");
          case Dependency.AnyOf anyOf ->
              String.join(
                  " or ",
                  anyOf.alternatives().stream()
                      .map(one -> one.name() + "@" + one.range())
                      .toList());
        };
    return dependency.optional() ? text + "  (optional)" : text;
  }
}
