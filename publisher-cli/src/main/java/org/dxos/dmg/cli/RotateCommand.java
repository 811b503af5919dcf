package org.dxos.dmg.cli;

import java.nio.file.Path;
import java.util.List;
import org.dxos.dmg.authority.Amendments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "rotate",
    description = "Replace this home's owner key by a fresh one; the recovery key signs too.")
final class RotateCommand extends KeyLogCommand {

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
      defaultValue = "rotated",
      paramLabel = "TEXT",
      description = "why, for all to read (default: rotated)")
  private String reason = "";

  RotateCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    return new Amended(amendments.rotate(authority, recovery, reason), "rotated");
  }
}
