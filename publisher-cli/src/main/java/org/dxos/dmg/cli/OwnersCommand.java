package org.dxos.dmg.cli;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.authority.Amendments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "owners",
    description = {
      "Add owners, and set how many of them have to sign.",
      "Whose signature is wanted signs the file that is written, with `dmg authority sign`. An"
          + " owner is taken out by `dmg authority revoke`."
    })
final class OwnersCommand extends KeyLogCommand {

  @Option(
      names = "--add",
      split = ",",
      paramLabel = "PUBLIC",
      description = "public keys that `dmg key create` printed")
  private List<String> added = List.of();

  @Option(names = "--threshold", paramLabel = "N", description = "how many have to sign, 4 at most")
  private Optional<Integer> threshold = Optional.empty();

  OwnersCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    return new Amended(
        amendments.owners(authority, Arguments.publicKeys(added), threshold), "owners changed");
  }
}
