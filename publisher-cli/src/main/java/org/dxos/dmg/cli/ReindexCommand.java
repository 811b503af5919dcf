package org.dxos.dmg.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.node.HomeCare;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "reindex",
    mixinStandardHelpOptions = true,
    description = {
      "Make what SPARQL and search read anew from what is held.",
      "Beside the one in use, which goes on answering until the new one takes its place. A "
          + "node does it by itself when it pays."
    })
final class ReindexCommand implements Callable<Integer> {

  @Mixin private final Session session;

  ReindexCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Optional<Upkeep> running =
        Registries.upkeep(session.home(), session.nodeUrl(), session.variable("DMG_TOKEN"));
    if (running.isPresent()) {
      running.get().reindex();
    } else {
      try (HomeCare care = HomeCare.open(session.home(), session.world())) {
        care.reindex();
      }
    }
    session.terminal().note("the projection was made anew");
    return 0;
  }
}
