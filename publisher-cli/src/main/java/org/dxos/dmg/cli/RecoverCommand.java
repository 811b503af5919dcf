package org.dxos.dmg.cli;

import java.nio.file.Path;
import java.util.List;
import org.dxos.dmg.authority.Amendments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "recover",
    description = {
      "Win an authority back with its recovery key: all owner keys are replaced by a fresh one.",
      "Settles a fork of the key log."
    })
final class RecoverCommand extends KeyLogCommand {

  @Option(
      names = "--recovery",
      required = true,
      split = ",",
      paramLabel = "FILE",
      description =
          "recovery keys, as many as have to sign; for those who are not given a file is written")
  private List<Path> recovery = List.of();

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "why, for all to read")
  private String reason = "";

  @Mixin private final LastGoodOptions lastGood = new LastGoodOptions();

  @Option(names = "--here", description = "make this registry's node the home")
  private boolean home;

  RecoverCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    return new Amended(
        amendments.recover(authority, recovery, lastGood.lastGood(), home, reason), "recovered");
  }
}
