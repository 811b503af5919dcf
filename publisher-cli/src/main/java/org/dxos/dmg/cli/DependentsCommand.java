package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.api.Dependents;
import org.dxos.dmg.api.Part;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Withdrawal;
import org.dxos.dmg.error.ErrorCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "dependents",
    mixinStandardHelpOptions = true,
    description = {
      "List who leads to a name, at once or over others; with --impact, who would be hurt "
          + "if it were withdrawn.",
      "Each clause alone leads to its first candidate, an API to its own release where it "
          + "has one."
    })
final class DependentsCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(
      paramLabel = "NAME",
      description = "a name for all of its releases, or some of them: 'name@<1.4'")
  private String of = "";

  @Option(names = "--direct", description = "only those with a clause that leads there")
  private boolean direct;

  @Option(
      names = "--impact",
      description = "clauses that would lead nowhere or elsewhere, and whom that reaches")
  private boolean impact;

  @Option(names = "--limit", paramLabel = "N", description = "list N of each kind at most (1000)")
  private int limit = 1_000;

  DependentsCommand(Session session) {
    this.session = session;
  }

  /** What a node gives at most is no limit here: it says how many there are. */
  static void requireLimit(int limit) {
    if (limit < 1) {
      throw new CommandException(
          ErrorCode.USAGE, "read --limit `" + limit + "`: expected 1 or more", "give a number");
    }
  }

  @Override
  public Integer call() {
    requireLimit(limit);
    if (direct && impact) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read options: --direct and --impact are both given",
          "give one; --impact tells apart what is direct");
    }
    try (Registry registry = session.registry()) {
      if (impact) {
        tell(registry.withdrawal(of, limit));
      } else {
        tell(registry.dependents(of, direct, limit));
      }
      return 0;
    }
  }

  private void tell(Dependents dependents) {
    if (session.json()) {
      session.terminal().json(dependents.toNode());
      return;
    }
    dependents.releases().first().forEach(session.terminal()::line);
    note(dependents.releases());
    session.terminal().line(count(dependents.releases().count(), "release"));
  }

  private void tell(Withdrawal withdrawal) {
    Terminal terminal = session.terminal();
    if (session.json()) {
      terminal.json(withdrawal.toNode());
      return;
    }
    head("without", withdrawal.withdrawn(), "release");
    withdrawal.withdrawn().first().forEach(one -> terminal.line("  " + one));
    head("nothing left for", withdrawal.lost(), "clause");
    withdrawal
        .lost()
        .first()
        .forEach(one -> terminal.line("  " + one.release() + " asks for " + one.clause()));
    head("and so broken", withdrawal.indirect(), "release");
    withdrawal.indirect().first().forEach(one -> terminal.line("  " + one));
    head("another release for", withdrawal.moved(), "clause");
    withdrawal
        .moved()
        .first()
        .forEach(
            one ->
                terminal.line(
                    "  %s asks for %s: %s, not %s"
                        .formatted(one.release(), one.clause(), one.to().orElse(""), one.from())));
    head("on which nobody depends, of all these", withdrawal.roots(), "release");
    withdrawal.roots().first().forEach(one -> terminal.line("  " + one));
  }

  private void head(String words, Part<?> part, String thing) {
    session.terminal().line(words + ": " + count(part.count(), thing));
    note(part);
  }

  private void note(Part<?> part) {
    if (part.more()) {
      session
          .terminal()
          .note("hint: " + (part.count() - part.first().size()) + " more with --limit");
    }
  }

  private static String count(long count, String thing) {
    return count == 1 ? "1 " + thing : count + " " + thing + "s";
  }
}
