package org.dxos.dmg.cli;

import java.util.concurrent.Callable;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.publish.Publisher;
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
    if (!(Dxn.parse(release) instanceof Dxn.Named named)
        || !(named.selector() instanceof Selector.Exact exact)) {
      throw new CommandException(
          ErrorCode.USAGE,
          "tag `" + release + "`: expected a name with an exact version",
          "write for example com.example/function/x@1.2.0");
    }
    try (Registry registry = session.registry()) {
      PublishReceipt receipt =
          new Publisher(registry, session.keys(), session.world().clock())
              .say(named.name(), new Statement.Tag(tag, exact.version().toString()));
      if (session.json()) {
        session.terminal().json(receipt.toNode());
      } else {
        session.terminal().line(receipt.statement().toString());
        session.terminal().note(named.name() + "@" + tag + " is " + exact.version());
      }
      return 0;
    }
  }
}
