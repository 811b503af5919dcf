package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.trust.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "tag",
    mixinStandardHelpOptions = true,
    description = "Point a tag of a module at one of its versions.")
final class TagCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(index = "0", paramLabel = "NAME@VERSION", description = "the release")
  private String release = "";

  @Parameters(
      index = "1",
      paramLabel = "TAG",
      description = "2 to 32 letters, digits, - and .; not latest, which is computed")
  private String tag = "";

  TagCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Speaker.Exactly one = Speaker.exactly("tag", release);
    return Speaker.say(
        session,
        one.name(),
        new Statement.Tag(tag, one.version()),
        one.name() + "@" + tag + " is " + one.version());
  }
}
