package org.dxos.dmg.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Why;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description = {
      "Tell by which ways a release leads to another: the shortest first, then the others "
          + "that go no roundabout way.",
      "No step can be left out of them. Each clause alone leads to its first candidate, an "
          + "API to its own release where it has one; what is installed is solved, and told by "
          + "`dmg closure --explain`."
    })
final class WhyCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(index = "0", paramLabel = "FROM", description = "one release")
  private String from = "";

  @Parameters(
      index = "1",
      paramLabel = "TO",
      description = "a name, or some of its releases: name@range")
  private String to = "";

  @Option(names = "--limit", paramLabel = "N", description = "tell N ways at most (10)")
  private int limit = 10;

  WhyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    DependentsCommand.requireLimit(limit);
    try (Registry registry = session.registry()) {
      Why why = registry.why(from, to, limit);
      Terminal terminal = session.terminal();
      if (session.json()) {
        terminal.json(why.toNode());
        return 0;
      }
      for (List<Why.Step> path : why.paths()) {
        terminal.line(why.from());
        String indent = "  ";
        for (Why.Step step : path) {
          terminal.line(indent + "asks for " + step.clause() + ": " + step.release());
          indent += "  ";
        }
      }
      int count = why.paths().size();
      terminal.line(
          why.more()
              ? (count == 1 ? "the shortest way" : "the " + count + " shortest ways")
                  + "; for more: --limit"
              : count == 1 ? "1 way" : count + " ways");
      return 0;
    }
  }
}
