package org.dxos.dmg.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.carry.Export;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Write authorities, or what a closure needs of them, to a file.",
      "Key logs, heads, releases, records and bundles.",
      "Another registry takes it with `dmg import car FILE`, and believes nothing of it that is not signed."
    })
final class ExportCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(
      arity = "0..*",
      paramLabel = "AUTHORITY",
      description = "what to write; without any, everything but local.*; with --closure, DXNs")
  private List<String> names = new ArrayList<>();

  @Option(names = "--to", required = true, paramLabel = "FILE", description = "the file")
  private Path file = Path.of("");

  @Option(
      names = "--closure",
      description =
          "write what installing these DXNs needs: their authorities, and the bundles of their closure alone")
  private boolean closure;

  ExportCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (closure && names.isEmpty()) {
      throw new CommandException(
          ErrorCode.USAGE,
          "export --closure: no DXN, expected one or more",
          "name what to install");
    }
    try (Registry registry = session.registry()) {
      List<AuthorityInfo> authorities = new ArrayList<>();
      for (String name : closure ? List.<String>of() : names.isEmpty() ? all(registry) : names) {
        authorities.add(
            registry
                .authority(name)
                .orElseThrow(
                    () ->
                        new CommandException(
                            ErrorCode.AUTHORITY_UNKNOWN,
                            "export `" + name + "`: it is not held by " + registry.place(),
                            "see `dmg status` for what is held")));
      }
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Export.Report report;
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(fresh), 1 << 16)) {
        report =
            closure
                ? Export.closure(
                    registry.closure(new ClosureRequest(names, Optional.empty())).closure(),
                    registry,
                    out)
                : Export.write(authorities, registry, out);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .put("file", file.toString())
                    .put("authorities", report.authorities())
                    .put("items", report.items())
                    .put("blocks", report.blocks())
                    .build());
      } else {
        session.terminal().line(file.toString());
      }
      session
          .terminal()
          .note(
              "authorities %d, key log entries and heads %d, blocks %d"
                  .formatted(report.authorities(), report.items(), report.blocks()));
      return 0;
    }
  }

  private static List<String> all(Registry registry) {
    List<String> names = new ArrayList<>();
    if (registry.status().entries().get("authorities") instanceof Node.Array held) {
      for (Node one : held.items()) {
        if (one instanceof Node.Map map
            && map.entries().get("name") instanceof Node.Text name
            && map.entries().get("authority") instanceof Node.Text id
            && !name.value().startsWith("local.")) {
          names.add(name.value() + "~" + id.value());
        }
      }
    }
    return names;
  }
}
