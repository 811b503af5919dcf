package org.dxos.dmg.cli;

import java.util.Optional;
import org.dxos.dmg.authority.LastGood;
import org.dxos.dmg.error.ErrorCode;
import picocli.CommandLine.Option;

/** Up to where it counts what a key said that is revoked; by default up to now. */
final class LastGoodOptions {

  @Option(
      names = "--last-good",
      paramLabel = "HEAD",
      description = "the last head up to which what it said counts")
  private Optional<String> head = Optional.empty();

  @Option(names = "--all", description = "nothing that it ever said counts")
  private boolean all;

  LastGood lastGood() {
    if (head.isPresent() && all) {
      throw new CommandException(ErrorCode.USAGE, "--all and --last-good: one of them at most", "");
    }
    return all
        ? new LastGood.Never()
        : head.<LastGood>map(one -> new LastGood.At(Arguments.head(one)))
            .orElseGet(LastGood.Now::new);
  }
}
