package org.dxos.dmg.cli;

import java.util.Optional;
import org.dxos.dmg.authority.Amendments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "heal",
    description = {
      "End a fork of heads (a copied or restored home): the node gets a new head key.",
      "--keep names the last head of the side that goes on; what the other side added is added"
          + " again where it applies."
    })
final class HealCommand extends KeyLogCommand {

  @Option(
      names = "--keep",
      paramLabel = "HEAD",
      description = "the newest head of the side that goes on (default: where the two part)")
  private Optional<String> keep = Optional.empty();

  @Option(names = "--take-back", description = "make this node the home, though another is")
  private boolean takeBack;

  @Option(
      names = "--reason",
      defaultValue = "two homes",
      paramLabel = "TEXT",
      description = "why, for all to read (default: two homes)")
  private String reason = "";

  HealCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    return new Amended(
        amendments.heal(authority, keep.map(Arguments::head), takeBack, reason), "healed");
  }
}
