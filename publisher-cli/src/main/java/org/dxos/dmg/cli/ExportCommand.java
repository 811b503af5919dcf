package org.dxos.dmg.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
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
import org.dxos.dmg.block.OwnerOnly;
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

  @Option(names = "--force", description = "write over a file that is there")
  private boolean force;

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
    Path target = Destination.of(file, "export to");
    if (Files.exists(target) && !(force && Files.isRegularFile(target))) {
      throw new CommandException(
          ErrorCode.TARGET_EXISTS,
          "export to `" + file + "`: it is there",
          Files.isRegularFile(target)
              ? "give another name, or --force"
              : "give the name of a file");
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
      Export.Report report = write(target, registry, authorities);
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

  /** Beside, for its owner alone, and in its place once it is whole and on the disk. */
  private Export.Report write(Path target, Registry registry, List<AuthorityInfo> authorities)
      throws IOException {
    Path fresh = target.resolveSibling(target.getFileName() + ".new");
    try (FileChannel channel = OwnerOnly.file(fresh)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      Export.Report report =
          closure
              ? Export.closure(
                  registry.closure(new ClosureRequest(names, Optional.empty())).closure(),
                  registry,
                  out)
              : Export.write(authorities, registry, out);
      out.flush();
      channel.force(true);
      Files.move(
          fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return report;
    } finally {
      Files.deleteIfExists(fresh);
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
