package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.trust.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "withdraw",
    mixinStandardHelpOptions = true,
    description = {
      "Withdraw a release: nothing resolves to it any more, not even a lock.",
      "For malware and leaked secrets. It is final; the bytes stay for whoever has to look into it."
    })
final class WithdrawCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "NAME@VERSION", description = "the release")
  private String release = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "why")
  private String reason = "";

  WithdrawCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Speaker.Exactly one = Speaker.exactly("withdraw", release);
    return Speaker.say(
        session,
        one.name(),
        new Statement.Withdraw(one.version(), reason),
        one.name() + "@" + one.version() + " is withdrawn");
  }
}
