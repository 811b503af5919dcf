package org.dxos.dmg.cli;

import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import picocli.CommandLine.Option;

/** The option {@code --at}. */
final class Moments {

  @Option(
      names = "--at",
      paramLabel = "CID",
      description =
          "as of an earlier moment: a head (`dmg authority show`) or a root (`dmg status`)")
  private Optional<String> at = Optional.empty();

  Optional<Cid> at() {
    return at.map(Cid::parse);
  }
}
