package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.install.Availability;
import org.dxos.dmg.install.Installer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "update",
    mixinStandardHelpOptions = true,
    description = {
      "Solve again what the lock of a folder was made for, and install that.",
      "With names only these move, and everything else stays where the lock has it, as far "
          + "as that can be."
    })
final class UpdateCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Mixin private final Targets targets = new Targets();

  @Parameters(arity = "0..*", paramLabel = "NAME", description = "modules that may move; or all")
  private List<String> names = new ArrayList<>();

  @Option(names = "--into", paramLabel = "DIR", description = "the folder that was installed (.)")
  private Path into = Path.of(".");

  UpdateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Locked locked = Locked.read(into.resolve(Locked.FILE));
    ClosureRequest request =
        locked.request(targets).holding(names.isEmpty() ? Set.of() : locked.held(names));
    try (Registry registry = session.registry()) {
      Lock lock = locked.orSame(registry.closure(request));
      Differences differences = Differences.of(locked.lock().closure(), lock.closure(), registry);
      Availability.check(lock, registry, false).forEach(session.terminal()::warning);
      Installer.Installed installed =
          new Installer(into.toAbsolutePath().normalize(), session.seen()::log)
              .install(lock, registry);
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .put("closure", lock.cid().toString())
                    .put("difference", differences.toNode())
                    .put("fresh", Node.of(installed.fresh()))
                    .build());
      } else {
        session.terminal().line(lock.cid().toString());
        differences.lines().forEach(session.terminal()::line);
      }
      return 0;
    }
  }
}
