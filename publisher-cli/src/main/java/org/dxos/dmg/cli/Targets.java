package org.dxos.dmg.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Rule;
import picocli.CommandLine.Option;

/** What is solved for: the options {@code --target}, {@code --rule} and those beside them. */
final class Targets {

  /** A profile says a handful of things. */
  private static final long MAX_FILE = 64 << 10;

  private static final long DAY = 24 * 60 * 60;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = {
        "what it has to run on: wasi, nodejs@20, cloudflare, browser, docker, kubernetes, faasd,",
        "or several joined by commas, for example nodejs@20,server,memory=256Mi"
      })
  private Optional<String> text = Optional.empty();

  @Option(
      names = "--target-file",
      paramLabel = "FILE",
      description =
          "the same as JSON: runtime, version, backend, deployment, resources (a list), memory")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--rule",
      paramLabel = "RULE",
      description =
          "how many versions of a name may be in: one a line (the default), or one a name")
  private Optional<String> rule = Optional.empty();

  @Option(
      names = "--min-age",
      paramLabel = "DAYS",
      description = "leave out releases made in the last days, but for roots of one exact version")
  private Optional<Long> minAge = Optional.empty();

  /** The request for these roots. */
  ClosureRequest request(List<String> roots) {
    return request(roots, Optional.empty());
  }

  /**
   * The request for these roots.
   *
   * @param usual the target if none is given
   */
  ClosureRequest request(List<String> roots, Optional<Target> usual) {
    if (minAge.filter(days -> days < 0 || days > 36_500).isPresent()) {
      throw new CommandException(
          ErrorCode.USAGE, "read --min-age `" + minAge.get() + "`: no number of days", "give days");
    }
    return new ClosureRequest(
        roots,
        target().or(() -> usual),
        rule.map(ClosureRequest::rule).orElse(Rule.LINE),
        minAge.isPresent() ? OptionalLong.of(minAge.get() * DAY) : OptionalLong.empty());
  }

  private Optional<Target> target() {
    if (file.isEmpty()) {
      return text.map(Target::parse);
    }
    if (text.isPresent()) {
      throw new CommandException(
          ErrorCode.USAGE, "read target: --target and --target-file are both given", "give one");
    }
    Path path = file.get();
    try {
      if (!Files.isRegularFile(path) || Files.size(path) > MAX_FILE) {
        throw new CommandException(
            ErrorCode.USAGE,
            "read target `" + path + "`: it is no file of at most " + MAX_FILE + " bytes",
            "give a JSON file, for example {\"runtime\": \"nodejs\", \"version\": \"20\"}");
      }
      return Optional.of(read(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Target read(Path path) throws IOException {
    try {
      return Target.ofProfile(Json.parse(Files.readAllBytes(path)));
    } catch (FormatException e) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read target `" + path + "`: " + e.message().replaceFirst("^read target: ", ""),
          e.hint().orElse("give for example {\"runtime\": \"nodejs\", \"version\": \"20\"}"));
    }
  }
}
