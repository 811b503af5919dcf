package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Tell in what two releases differ, or two locks, or all that two names need.",
      "That is versions, licences, APIs, functions and what starts them, runtimes, "
          + "resources that they ask for, and bytes. A place is a name, or the path of a lock or "
          + "of a folder with one; with --closure a name stands for all that it needs."
    })
final class DiffCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Mixin private final Targets targets = new Targets();

  @Parameters(index = "0", paramLabel = "A", description = "before")
  private String before = "";

  @Parameters(index = "1", paramLabel = "B", description = "after")
  private String after = "";

  @Option(names = "--closure", description = "compare all that each needs, solved as of now")
  private boolean closure;

  DiffCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    boolean locks = isLock(before) || isLock(after);
    try (Registry registry = session.registry()) {
      if (closure || locks) {
        requireBothClosures(locks);
        tell(Differences.of(closure(before, registry), closure(after, registry), registry));
      } else {
        tell(registry.resolve(before), registry.resolve(after), registry);
      }
      return 0;
    }
  }

  private void requireBothClosures(boolean locks) {
    if (locks && !closure && !(isLock(before) && isLock(after))) {
      throw new CommandException(
          ErrorCode.USAGE,
          "compare `" + before + "` with `" + after + "`: one is a lock and the other is not",
          "give --closure to compare with all that the other needs");
    }
  }

  private static boolean isLock(String place) {
    return Files.isRegularFile(Path.of(place)) || Files.exists(Path.of(place, Locked.FILE));
  }

  private Closure closure(String place, Registry registry) throws IOException {
    return isLock(place)
        ? Locked.read(Path.of(place)).lock().closure()
        : registry.closure(targets.request(List.of(place))).closure();
  }

  private void tell(Differences differences) {
    if (session.json()) {
      session.terminal().json(differences.toNode());
    } else {
      differences.lines().forEach(session.terminal()::line);
    }
  }

  private void tell(ReleaseInfo old, ReleaseInfo now, Registry registry) {
    List<String> lines = Differences.lines(old.record(), now.record(), registry);
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put("before", old.reference())
                  .put("after", now.reference())
                  .putAlways("lines", new Node.Array(lines.stream().map(Node::of).toList()))
                  .build());
      return;
    }
    session.terminal().line(old.reference() + " -> " + now.reference());
    lines.forEach(session.terminal()::line);
    if (lines.isEmpty()) {
      session.terminal().line("no difference in what their records say of use");
    }
  }
}
