package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.closure.Closure;
import org.dxos.dmg.closure.ClosureDiff;
import org.dxos.dmg.closure.Lock;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.install.Availability;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.record.ModuleRecord;
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
      arity = "0..*",
      description =
          "the roots, in the order in which they are decided; without any, those of the lock")
  private List<String> roots = new ArrayList<>();

  @Option(
      names = "--explain",
      description =
          "say of each release why it is this version and none newer; a failure is always explained")
  private boolean explain;

  @Mixin private final Moments moments = new Moments();

  @Option(
      names = "--lock",
      paramLabel = "FILE",
      description = "hold everything where this lock has it, as far as that can be")
  private Optional<Path> lockFile = Optional.empty();

  @Option(
      names = "--update",
      paramLabel = "NAME",
      description = "with a lock (./dmg.lock, or --lock): but for this module, which may move")
  private List<String> update = new ArrayList<>();

  @Option(names = "--licenses", description = "list the licences instead, and what is under each")
  private boolean licenses;

  @Option(
      names = "--without",
      paramLabel = "NAME",
      description = "tell what would change if these were not there; a name, or name@range")
  private List<String> without = new ArrayList<>();

  @Option(
      names = "--assume-yanked",
      paramLabel = "NAME",
      description = "tell what would change if these were yanked; a name, or name@range")
  private List<String> assumeYanked = new ArrayList<>();

  ClosureCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Optional<Locked> locked = locked();
    ClosureRequest request = request(locked).asOf(moments.at());
    try (Registry registry = session.registry()) {
      if (licenses) {
        licenses(registry.closure(request).closure(), registry);
      } else if (!without.isEmpty() || !assumeYanked.isEmpty()) {
        whatIf(request, registry);
      } else if (explain) {
        explained(registry.explain(request));
      } else {
        Lock solved = registry.closure(request);
        solved(locked.map(one -> one.orSame(solved)).orElse(solved));
        if (locked.isPresent()) {
          Availability.check(solved, registry, true).forEach(session.terminal()::warning);
        }
        locked.ifPresent(
            one ->
                Differences.of(one.lock().closure(), solved.closure(), registry)
                    .lines()
                    .forEach(session.terminal()::note));
      }
      return 0;
    }
  }

  /** Each licence with the releases that are under it. */
  private void licenses(Closure closure, Registry registry) {
    TreeMap<String, List<String>> all = new TreeMap<>();
    for (Closure.Module module : closure.modules()) {
      String license =
          registry
              .get(module.record())
              .map(ModuleRecord::decode)
              .flatMap(ModuleRecord::license)
              .orElse("none stated");
      all.computeIfAbsent(license, _ -> new ArrayList<>()).add(module.reference());
    }
    if (session.json()) {
      session
          .terminal()
          .json(
              new MapBuilder()
                  .put(
                      "licenses", all, some -> new Node.Array(some.stream().map(Node::of).toList()))
                  .build());
      return;
    }
    all.forEach(
        (license, some) -> {
          session.terminal().line(license + ": " + some.size());
          some.forEach(one -> session.terminal().line("  " + one));
        });
  }

  private Optional<Locked> locked() throws IOException {
    return lockFile.isEmpty() && update.isEmpty()
        ? Optional.empty()
        : Optional.of(Locked.read(lockFile.orElse(Path.of(Locked.FILE))));
  }

  private ClosureRequest request(Optional<Locked> locked) {
    if (licenses && (explain || !without.isEmpty() || !assumeYanked.isEmpty())) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read options: --licenses lists what is solved, and explains and compares nothing",
          "give it without --explain, --without and --assume-yanked");
    }
    if (roots.isEmpty() && locked.isEmpty()) {
      throw new CommandException(
          ErrorCode.USAGE, "solve: no DXN and no lock given", "name what to solve, or give --lock");
    }
    ClosureRequest request =
        roots.isEmpty() ? locked.orElseThrow().request(targets) : targets.request(roots);
    return locked.map(one -> request.holding(one.held(update))).orElse(request);
  }

  private void whatIf(ClosureRequest request, Registry registry) {
    Lock now = registry.closure(request);
    ClosureRequest assumed = request.assuming(without, assumeYanked);
    Optional<SolvedClosure> explained =
        explain ? Optional.of(registry.explain(assumed)) : Optional.empty();
    Lock then = explained.map(SolvedClosure::lock).orElseGet(() -> registry.closure(assumed));
    Differences differences = Differences.of(now.closure(), then.closure(), registry);
    if (session.json()) {
      session
          .terminal()
          .json(
              explained
                  .map(
                      one ->
                          new MapBuilder()
                              .put("difference", Optional.of(differences), Differences::toNode)
                              .put("why", one.why(), Node::of)
                              .build())
                  .orElseGet(differences::toNode));
    } else {
      differences.lines().forEach(session.terminal()::line);
      explained.ifPresent(one -> one.why().forEach(session.terminal()::line));
    }
  }

  private void explained(SolvedClosure explained) {
    if (session.json()) {
      session.terminal().json(explained.toNode(Json.parse(explained.lock().json())));
    } else {
      session.terminal().line(explained.lock().cid().toString());
      explained.why().forEach(session.terminal()::line);
    }
  }

  private void solved(Lock lock) {
    if (session.json()) {
      session.terminal().bytes(lock.json());
      session.terminal().line("");
      return;
    }
    session.terminal().line(lock.cid().toString());
    tree(lock.closure()).forEach(session.terminal()::line);
    int count = lock.closure().modules().size();
    long bytes = ClosureDiff.bytes(lock.closure());
    session
        .terminal()
        .line(
            count
                + (count == 1 ? " module" : " modules")
                + (bytes == 0 ? "" : ", " + bytes + " bytes"));
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
