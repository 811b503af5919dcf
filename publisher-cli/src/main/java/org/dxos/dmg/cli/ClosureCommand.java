package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "closure",
    mixinStandardHelpOptions = true,
    description = "Solve what releases need, and print it as a tree; with --json, the lock.")
final class ClosureCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Mixin private final Targets targets = new Targets();

  @Parameters(
      paramLabel = "DXN",
      arity = "1..*",
      description = "the roots, in the order in which they are decided")
  private List<String> roots = new ArrayList<>();

  @Option(
      names = "--explain",
      description =
          "say of each release why it is this version and none newer; a failure is always explained")
  private boolean explain;

  ClosureCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (Registry registry = session.registry()) {
      Optional<SolvedClosure> explained =
          explain ? Optional.of(registry.explain(targets.request(roots))) : Optional.empty();
      Lock lock =
          explained
              .map(SolvedClosure::lock)
              .orElseGet(() -> registry.closure(targets.request(roots)));
      if (session.json() && explained.isPresent()) {
        session.terminal().json(explained.get().toNode(Json.parse(lock.json())));
        return 0;
      }
      if (session.json()) {
        session.terminal().bytes(lock.json());
        session.terminal().line("");
        return 0;
      }
      session.terminal().line(lock.cid().toString());
      if (explained.isPresent()) {
        explained.get().why().forEach(session.terminal()::line);
        return 0;
      }
      tree(lock.closure()).forEach(session.terminal()::line);
      int count = lock.closure().modules().size();
      session.terminal().line(count + (count == 1 ? " module" : " modules"));
      return 0;
    }
  }

  /** The closure as a tree; a module that was shown is not opened again. */
  static List<String> tree(Closure closure) {
    List<String> lines = new ArrayList<>();
    Set<Integer> needed = new HashSet<>();
    closure.modules().forEach(module -> needed.addAll(module.needs()));
    Set<Integer> shown = new HashSet<>();
    for (int i = 0; i < closure.modules().size(); i++) {
      Closure.Module module = closure.modules().get(i);
      boolean root = closure.roots().stream().anyMatch(one -> one.name().equals(module.name()));
      if (root || !needed.contains(i)) {
        show(closure, i, "", "", shown, lines);
      }
    }
    return lines;
  }

  private static void show(
      Closure closure,
      int index,
      String first,
      String rest,
      Set<Integer> shown,
      List<String> lines) {
    Closure.Module module = closure.modules().get(index);
    boolean again = !shown.add(index);
    lines.add(first + module.reference() + (again && !module.needs().isEmpty() ? " …" : ""));
    if (again) {
      return;
    }
    for (int i = 0; i < module.needs().size(); i++) {
      boolean last = i + 1 == module.needs().size();
      show(
          closure,
          module.needs().get(i),
          rest + (last ? "└─ " : "├─ "),
          rest + (last ? "   " : "│  "),
          shown,
          lines);
    }
  }
}
