package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.ModuleInfo;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.UnsatisfiableException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.ClosureDiff;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.version.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "outdated",
    mixinStandardHelpOptions = true,
    description = {
      "Tell what a lock has that is not the newest.",
      "What `dmg update` would take (in range), what there is beyond (newest), and what was "
          + "said of it since."
    })
final class OutdatedCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Mixin private final Targets targets = new Targets();

  @Parameters(
      arity = "0..1",
      paramLabel = "PLACE",
      description = "a lock, or the folder of one (.)")
  private Path place = Path.of(".");

  OutdatedCommand(Session session) {
    this.session = session;
  }

  /** A module that is not the newest, or of which something was said. */
  private record Row(
      Closure.Module module, Optional<String> inRange, Optional<String> newest, List<String> said) {

    boolean isNews() {
      return inRange.isPresent() || newest.isPresent() || !said.isEmpty();
    }

    String line() {
      return module.reference()
          + inRange.map(one -> "  in range " + one).orElse("")
          + newest.map(one -> "  newest " + one).orElse("")
          + (said.isEmpty() ? "" : "  " + String.join("; ", said));
    }

    Node toNode() {
      return new MapBuilder()
          .put("name", module.name().toString())
          .put("version", module.version().toString())
          .put("inRange", inRange, Node::of)
          .put("newest", newest, Node::of)
          .put("said", said, Node::of)
          .build();
    }
  }

  @Override
  public Integer call() throws IOException {
    Locked locked = Locked.read(place);
    Closure closure = locked.lock().closure();
    try (Registry registry = session.registry()) {
      Map<Cid, String> inRange = inRange(locked, registry);
      Map<String, Optional<ModuleInfo>> known = new HashMap<>();
      List<Row> rows = new ArrayList<>();
      for (Closure.Module module : closure.modules()) {
        Optional<ModuleInfo> info =
            known.computeIfAbsent(Locked.name(module), name -> info(name, registry));
        Row row = row(module, Optional.ofNullable(inRange.get(module.release())), info);
        if (row.isNews()) {
          rows.add(row);
        }
      }
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .putAlways("outdated", new Node.Array(rows.stream().map(Row::toNode).toList()))
                    .build());
      } else {
        rows.stream().map(Row::line).forEach(session.terminal()::line);
        if (rows.isEmpty()) {
          session.terminal().line("all is the newest there is");
        }
      }
      return 0;
    }
  }

  /** What a fresh solution would have instead, by the release that the lock has. */
  private Map<Cid, String> inRange(Locked locked, Registry registry) {
    Map<Cid, String> versions = new HashMap<>();
    try {
      Closure fresh = registry.closure(locked.request(targets)).closure();
      for (ClosureDiff.Change change : ClosureDiff.of(locked.lock().closure(), fresh).changes()) {
        change
            .before()
            .ifPresent(
                old ->
                    versions.put(
                        old.release(),
                        change.after().map(now -> now.version().toString()).orElse("none")));
      }
    } catch (UnsatisfiableException e) {
      session.terminal().warning(e.message() + "; only the newest is told");
    }
    return versions;
  }

  private Optional<ModuleInfo> info(String name, Registry registry) {
    try {
      return Optional.of(registry.module(name));
    } catch (NotFoundException e) {
      session.terminal().warning(e.message());
      return Optional.empty();
    }
  }

  private static Row row(
      Closure.Module module, Optional<String> inRange, Optional<ModuleInfo> info) {
    Optional<String> newest =
        info.flatMap(one -> Optional.ofNullable(one.tags().get("latest")))
            .filter(one -> Version.parse(one).compareTo(module.version()) > 0);
    List<String> said = new ArrayList<>();
    info.stream()
        .flatMap(one -> one.versions().stream())
        .filter(one -> one.release().equals(module.release()))
        .forEach(
            one -> {
              one.notices().unavailable().ifPresent(said::add);
              one.notices().yanked().ifPresent(notice -> said.add("yanked: " + notice.reason()));
              one.notices().deprecated().forEach(it -> said.add("deprecated: " + it.reason()));
            });
    return new Row(module, inRange, newest, said);
  }
}
