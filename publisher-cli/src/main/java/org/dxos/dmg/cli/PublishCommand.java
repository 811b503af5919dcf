package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.publish.PreparedModule;
import org.dxos.dmg.publish.Publisher;
import org.dxos.dmg.unixfs.FolderScan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "publish",
    description =
        "Publish a module folder. The first publish under an authority makes its keys and claims"
            + " it.")
final class PublishCommand implements Callable<Integer> {

  @Mixin private final Session session;

  /** By hand: of the standard options {@code --version} has another meaning here. */
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message and exit.")
  private boolean help;

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..1",
      defaultValue = ".",
      description = "the folder with dmg.json (default: this one)")
  private Path folder = Path.of(".");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "publish under this name instead of the manifest's")
  private Optional<String> name = Optional.empty();

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "publish as this version instead of the manifest's")
  private Optional<String> version = Optional.empty();

  @Option(names = "--dry-run", description = "say what would be published, and publish nothing")
  private boolean dryRun;

  PublishCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    try (PreparedModule module = PreparedModule.read(folder, name, version)) {
      return publish(module);
    }
  }

  private int publish(PreparedModule module) {
    String reference = module.record().name() + "@" + module.record().version();
    if (dryRun && session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("status", "checked")
                  .put("name", module.record().name().toString())
                  .put("version", module.record().version().toString())
                  .put("record", module.recordCid().toString())
                  .put("blocks", module.blocks().size())
                  .put("bytes", module.totalBytes())
                  .build());
      return 0;
    }
    if (dryRun) {
      session.terminal().line(module.recordCid().toString());
      session
          .terminal()
          .note(
              "would publish "
                  + reference
                  + ", "
                  + module.blocks().size()
                  + " blocks, "
                  + module.totalBytes()
                  + " bytes");
      module.leftOut().forEach(one -> session.terminal().note("leaves out " + shown(one)));
      return 0;
    }
    try (Registry registry = session.founding()) {
      OneChain.require(registry, module.record().name());
      Publisher publisher =
          new Publisher(
              registry,
              session.keys(),
              session.world().clock(),
              one -> NearClaims.require(session, registry, one));
      switch (publisher.publish(module)) {
        case Publisher.Outcome.Published published -> {
          published.claimed().ifPresent(this::tellClaim);
          if (session.json()) {
            MapBuilder answer =
                new MapBuilder()
                    .put("status", "published")
                    .put("name", module.record().name().toString())
                    .put("version", module.record().version().toString())
                    .put("record", module.recordCid().toString())
                    .put("release", published.receipt().statement().toString())
                    .put("head", published.receipt().head(), head -> Node.of(head.toString()));
            published.claimed().ifPresent(one -> answer.put("claimed", one.authority().toNode()));
            session.terminal().json(answer.build());
          } else {
            session.terminal().line(module.recordCid().toString());
            session.terminal().note("published " + reference + " to " + registry.place());
          }
        }
        case Publisher.Outcome.Pending pending -> {
          if (session.json()) {
            session
                .terminal()
                .json(
                    new MapBuilder()
                        .put("status", "pending")
                        .put("name", module.record().name().toString())
                        .put("version", module.record().version().toString())
                        .put("record", module.recordCid().toString())
                        .put("release", pending.receipt().statement().toString())
                        .build());
          } else {
            session.terminal().line(module.recordCid().toString());
            session
                .terminal()
                .note(
                    reference
                        + " is on its way to the home of its authority; `dmg status` tells when it"
                        + " waits no more");
          }
        }
        case Publisher.Outcome.AlreadyThere there -> {
          if (session.json()) {
            session
                .terminal()
                .json(
                    new MapBuilder()
                        .put("status", "unchanged")
                        .put("name", module.record().name().toString())
                        .put("version", module.record().version().toString())
                        .put("record", module.recordCid().toString())
                        .put("release", there.release().toString())
                        .build());
          } else {
            session.terminal().line(module.recordCid().toString());
            session
                .terminal()
                .note(
                    reference
                        + " is published already, with the same content; nothing was changed");
          }
        }
      }
      module.leftOut().forEach(one -> session.terminal().note("left out " + shown(one)));
      return 0;
    }
  }

  /** The rule is said where it is not the path itself. */
  private static String shown(FolderScan.LeftOut one) {
    String rule = one.reason().replaceAll("^/|/$", "");
    return one.path().replaceAll("/$", "").equals(rule)
        ? one.path()
        : one.path() + " (" + one.reason() + ")";
  }

  private void tellClaim(Publisher.Claimed claimed) {
    Terminal terminal = session.terminal();
    terminal.note("claimed authority " + claimed.authority().name());
    terminal.note("  id            " + claimed.authority().genesis());
    terminal.note("  owner key     in " + session.home().resolve("keys"));
    terminal.note("  recovery key  " + claimed.recoveryFile() + "  (move this off the machine)");
  }
}
