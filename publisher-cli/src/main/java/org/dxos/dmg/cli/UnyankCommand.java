package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.trust.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "unyank",
    mixinStandardHelpOptions = true,
    description = {"Take a yank back."})
final class UnyankCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "NAME@VERSION", description = "the release")
  private String release = "";

  UnyankCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Speaker.Exactly one = Speaker.exactly("unyank", release);
    return Speaker.say(
        session,
        one.name(),
        new Statement.Unyank(one.version()),
        one.name() + "@" + one.version() + " is not yanked any more");
  }
}
