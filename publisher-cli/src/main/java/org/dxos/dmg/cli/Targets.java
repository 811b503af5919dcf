package org.dxos.dmg.cli;

import java.util.Optional;
import org.dxos.dmg.select.Target;
import picocli.CommandLine.Option;

/** The option {@code --target}. */
final class Targets {

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = "what it has to run on, for example nodejs@20,server or wasi")
  private Optional<String> text = Optional.empty();

  Optional<Target> target() {
    return text.map(Target::parse);
  }
}
