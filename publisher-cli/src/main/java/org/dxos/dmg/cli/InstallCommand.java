package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.install.Availability;
import org.dxos.dmg.install.Installer;
import org.dxos.dmg.truststore.Watch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "install",
    mixinStandardHelpOptions = true,
    description = {
      "Install releases and all they need into a folder: dmg.lock, closure.json and the bundles, all verified.",
      "With --frozen, install exactly what a lock says; with --lock, a lock from elsewhere."
    })
final class InstallCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Mixin private final Targets targets = new Targets();

  @Parameters(paramLabel = "DXN", arity = "0..*", description = "what to install")
  private List<String> roots = new ArrayList<>();

  @Option(names = "--into", paramLabel = "DIR", required = true, description = "the folder")
  private Path into = Path.of(".");

  @Option(names = "--frozen", description = "use the lock that is in the folder, and nothing else")
  private boolean frozen;

  @Option(names = "--lock", paramLabel = "FILE", description = "use this lock, and nothing else")
  private Optional<Path> lockFile = Optional.empty();

  @Mixin private final Moments moments = new Moments();

  @Option(
      names = "--allow-withdrawn",
      description = "install withdrawn releases that the lock names, with a warning")
  private boolean allowWithdrawn;

  InstallCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    boolean locked = frozen || lockFile.isPresent();
    if (locked != roots.isEmpty()) {
      throw new CommandException(
          ErrorCode.USAGE,
          locked
              ? "install from a lock: it names the roots itself"
              : "install: no DXN and no lock given",
          locked
              ? "leave the names away, or leave --frozen and --lock away"
              : "name what to install, or give --frozen or --lock FILE");
    }
    if (locked && moments.at().isPresent()) {
      throw new CommandException(
          ErrorCode.USAGE,
          "install from a lock: it says itself what it was solved over",
          "leave --at away, or name what to install");
    }
    Installer installer = new Installer(into.toAbsolutePath().normalize(), session.seen()::log);
    try (Registry registry = session.registry()) {
      Lock lock = lock(installer, registry);
      Watch watch = session.watch();
      for (Closure.Module module : lock.closure().modules()) {
        watch.requireBound(module.name().authority().base(), module.genesis(), "the lock");
      }
      Availability.check(lock, registry, allowWithdrawn).forEach(session.terminal()::warning);
      Installer.Installed installed = installer.install(lock, registry);
      if (session.json()) {
        session
            .terminal()
            .json(
                new MapBuilder()
                    .put("closure", lock.cid().toString())
                    .put("modules", lock.closure().modules(), one -> Node.of(one.reference()))
                    .put("fresh", installed.fresh())
                    .put("into", into.toString())
                    .build());
      } else {
        session.terminal().line(lock.cid().toString());
        session
            .terminal()
            .note(
                "installed %d %s into %s, %d new; all verified"
                    .formatted(
                        installed.modules().size(),
                        installed.modules().size() == 1 ? "module" : "modules",
                        into,
                        installed.fresh()));
      }
      return 0;
    }
  }

  private Lock lock(Installer installer, Registry registry) throws IOException {
    if (lockFile.isPresent()) {
      if (!Files.exists(lockFile.get())) {
        throw new CommandException(
            ErrorCode.USAGE,
            "read lock `" + lockFile.get() + "`: there is no such file",
            "give the path of a dmg.lock");
      }
      return Installer.readLock(lockFile.get());
    }
    if (frozen) {
      return installer.lock();
    }
    Lock solved = registry.closure(targets.request(roots).asOf(moments.at()));
    // The evidence of an unchanged closure stays as it was, so that the file does.
    return installer.hasLock() && installer.lock().cid().equals(solved.cid())
        ? installer.lock()
        : solved;
  }
}
