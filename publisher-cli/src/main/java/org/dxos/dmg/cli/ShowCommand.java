package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.DxnResult;
import org.dxos.dmg.error.Quoted;
import org.dxos.dmg.record.Dependency;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;
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
    lines.addAll(RecordFacts.of(module, release.module()));
    lines.add("");
    lines.add("record      " + release.record());
    lines.add("release     " + release.release());
    lines.add("authority   " + release.genesis());
    lines.add("head        " + release.head());
    return lines;
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
