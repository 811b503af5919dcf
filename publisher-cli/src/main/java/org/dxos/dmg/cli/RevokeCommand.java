package org.dxos.dmg.cli;

import org.dxos.dmg.authority.Amendments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "revoke",
    description = {
      "Revoke a key of an owner or a delegate, for ever.",
      "What it said until now stays, unless --last-good names an earlier head; --all voids"
          + " everything it ever said."
    })
final class RevokeCommand extends KeyLogCommand {

  @Parameters(
      index = "1",
      paramLabel = "PUBLIC",
      description = "the public key, as `dmg authority show` prints it")
  private String key = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "why, for all to read")
  private String reason = "";

  @Mixin private final LastGoodOptions lastGood = new LastGoodOptions();

  RevokeCommand(Session session) {
    super(session);
  }

  @Override
  Amended amend(Amendments amendments, String authority) {
    return new Amended(
        amendments.revoke(authority, Arguments.publicKey(key), lastGood.lastGood(), reason),
        "revoked " + key);
  }
}
