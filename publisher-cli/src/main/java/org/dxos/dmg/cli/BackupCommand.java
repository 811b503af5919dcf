package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.care.Backup;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.node.HomeBackup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Copy all that a home holds, as it is at one moment; a node on the home goes on serving.",
      "A folder takes what is new since the last backup to it, a file everything. Private keys stay",
      "out, unless --keys says otherwise. `dmg restore` makes a home of it."
    })
final class BackupCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(
      paramLabel = "DIR|FILE.car",
      description =
          "a folder, which is made if only it is missing, or a file that ends with .car; not in the"
              + " home")
  private Path target = Path.of("");

  @Option(
      names = "--keys",
      description =
          "copy the private keys too, into the folder: whoever reads it can sign as this home does")
  private boolean keys;

  BackupCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Path place = Destination.of(target, "write backup");
    if (Files.isRegularFile(place) && !place.toString().endsWith(".car")) {
      throw new CommandException(
          ErrorCode.TARGET_EXISTS,
          "write backup `" + place + "`: it is a file",
          "give a folder, or a new name that ends with .car");
    }
    Optional<Upkeep> running =
        Registries.upkeep(session.home(), session.nodeUrl(), session.variable("DMG_TOKEN"));
    HomeBackup.Written written =
        HomeBackup.write(session.home(), session.world(), running, place, keys);
    Backup.Report report = written.blocks();
    Terminal terminal = session.terminal();
    if (session.json()) {
      terminal.json(
          new MapBuilder()
              .put("file", report.file().map(Path::toString), Node::of)
              .put("fresh", report.fresh())
              .put("freshBytes", report.freshBytes())
              .put("blocks", report.blocks())
              .put("position", report.position())
              .put("keys", written.keys(), Node::of)
              .put("spaces", written.spaces())
              .put("spacesLeftOut", written.spacesLeftOut())
              .build());
      return 0;
    }
    terminal.line(report.file().map(Path::toString).orElse("nothing has changed"));
    terminal.note(
        "position %d, %d blocks, of which %d are new in this file"
            .formatted(report.position(), report.blocks(), report.fresh()));
    if (written.spaces() > 0) {
      terminal.note("with " + written.spaces() + (written.spaces() == 1 ? " space" : " spaces"));
    }
    if (written.spacesLeftOut() > 0) {
      terminal.warning(
          "the spaces of this home, %d of them, are not in it: back up to a folder"
              .formatted(written.spacesLeftOut()));
    }
    if (keys) {
      terminal.warning(
          "private keys are in "
              + place.resolve("keys")
              + ": whoever reads them can sign as this home does");
    } else {
      terminal.note("private keys are not in it");
    }
    return 0;
  }
}
