package org.dxos.dmg.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.authority.Amendments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "recovery",
    description = {
      "Add or replace recovery keys, and set how many of them have to sign.",
      "As many of the old ones sign as have to now, and as many of the new ones as have to then."
          + " Make one with `dmg key create`, and keep it elsewhere."
    })
final class RecoveryCommand extends KeyLogCommand {

  @Option(
      names = "--with",
      split = ",",
      paramLabel = "FILE",
      description = "recovery keys that sign, old and new, as far as they are at hand")
  private List<Path> files = List.of();

  @Option(
      names = "--add",
      split = ",",
      paramLabel = "PUBLIC",
      description = "public keys that `dmg key create` printed")
  private List<String> added = List.of();

  @Option(
      names = "--remove",
      split = ",",
      paramLabel = "PUBLIC",
      description = "recovery keys that are none any more")
  private List<String> removed = List.of();

  @Option(names = "--threshold", paramLabel = "N", description = "how many have to sign, 4 at most")
  private Optional<Integer> threshold = Optional.empty();

  RecoveryCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    return new Amended(
        amendments.recovery(
            authority,
            files,
            Arguments.publicKeys(added),
            Arguments.publicKeys(removed),
            threshold),
        "recovery keys changed");
  }
}
