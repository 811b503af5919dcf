package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.trust.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "yank",
    mixinStandardHelpOptions = true,
    description = {
      "Take a release out of ranges, tags and latest.",
      "It is still there for who names its exact version or has it in a lock."
    })
final class YankCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "NAME@VERSION", description = "the release")
  private String release = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "why")
  private String reason = "";

  YankCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Speaker.Exactly one = Speaker.exactly("yank", release);
    return Speaker.say(
        session,
        one.name(),
        new Statement.Yank(one.version(), reason),
        one.name() + "@" + one.version() + " is yanked");
  }
}
