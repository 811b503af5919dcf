package org.dxos.dmg.cli;

import java.util.List;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.client.Registries;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "move",
    description = "Make another node the home; everything of the authority is carried there.")
final class MoveCommand extends KeyLogCommand {

  @Option(
      names = "--to",
      required = true,
      paramLabel = "URL",
      description = "the node that is to be the home")
  private String url = "";

  @Option(
      names = "--address",
      split = ",",
      paramLabel = "MULTIADDR",
      description = "where it is reached, written into the key log for all to read")
  private List<String> addresses = List.of();

  @Option(
      names = "--reason",
      defaultValue = "moved",
      paramLabel = "TEXT",
      description = "why, for all to read (default: moved)")
  private String reason = "";

  MoveCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    try (Registry to = Registries.at(url, session().variable("DMG_TOKEN"))) {
      return new Amended(
          amendments.move(authority, to, addresses.stream().sorted().distinct().toList(), reason),
          "home is " + url);
    }
  }
}
