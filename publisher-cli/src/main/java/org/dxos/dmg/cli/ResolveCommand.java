package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "resolve",
    mixinStandardHelpOptions = true,
    description = "Print the record CID of the release that a name selects, then what it is.")
final class ResolveCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Mixin private final Moments moments = new Moments();

  @Parameters(
      paramLabel = "DXN",
      description = "for example org.dxos/function/universal-indexer@^1")
  private String dxn = "";

  ResolveCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Registry registry = session.registry()) {
      ReleaseInfo release = registry.resolve(dxn, moments.at());
      if (session.json()) {
        session.terminal().json(release.toNode());
      } else {
        session.terminal().line(release.record().toString());
        session.terminal().line(release.reference());
        session.terminal().line("release   " + release.release());
        session.terminal().line("authority " + release.genesis());
      }
      release.warnings().forEach(session.terminal()::warning);
      return 0;
    }
  }
}
