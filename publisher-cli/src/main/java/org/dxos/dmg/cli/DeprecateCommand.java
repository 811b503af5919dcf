package org.dxos.dmg.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.trust.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "deprecate",
    mixinStandardHelpOptions = true,
    description = {
      "Say that a release, or a range of versions, should not be used any more.",
      "It resolves as before, with a warning. --use names what to use instead; it may be of another authority: that is how a module moves."
    })
final class DeprecateCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(
      paramLabel = "NAME@VERSION|NAME@RANGE",
      description = "a release, or a range such as @<2")
  private String release = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "why")
  private String reason = "";

  @Option(names = "--use", paramLabel = "NAME", description = "what to use instead")
  private Optional<String> successor = Optional.empty();

  DeprecateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!(Dxn.parse(release) instanceof Dxn.Named named)) {
      throw usage();
    }
    successor.ifPresent(Dxn::parse);
    Statement.Op op =
        switch (named.selector()) {
          case Selector.Exact exact ->
              new Statement.Deprecate(
                  Optional.of(exact.version().toString()), Optional.empty(), reason, successor);
          case Selector.InRange range ->
              new Statement.Deprecate(
                  Optional.empty(), Optional.of(range.range().toString()), reason, successor);
          default -> throw usage();
        };
    return Speaker.say(session, named.name(), op, release + " is deprecated");
  }

  private CommandException usage() {
    return new CommandException(
        ErrorCode.USAGE,
        "deprecate `" + release + "`: expected a name with a version or a range",
        "write for example com.example/function/x@1.2.0 or com.example/function/x@^1");
  }
}
