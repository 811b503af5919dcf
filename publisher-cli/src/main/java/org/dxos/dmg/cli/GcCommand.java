package org.dxos.dmg.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.care.Collector;
import org.dxos.dmg.client.Registries;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.node.HomeCare;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "gc",
    mixinStandardHelpOptions = true,
    description = {
      "Collect blocks that nothing leads to any more: older state trees, and what never came to",
      "anything. Key logs, heads, statements, records and held bundles stay. A block goes when it",
      "was found so twice, the grace period apart; a node on the home goes on serving meanwhile."
    })
final class GcCommand implements Callable<Integer> {

  private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,6})([smhd])|0");

  @Mixin private final Session session;

  @Option(names = "--dry-run", description = "say what would be collected; change nothing")
  private boolean dry;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      description =
          "how long nothing must have led to a block, such as 90m, 24h (the default) or 7d; 0 collects"
              + " at once, which is for homes without readers")
  private String grace = "24h";

  GcCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Duration time = duration(grace);
    Collector.Report report = collect(time);
    Terminal terminal = session.terminal();
    if (session.json()) {
      terminal.json(report.toNode());
      return 0;
    }
    long waits = report.unlinked() - report.collected();
    terminal.line("linked     " + report.linked() + " blocks");
    terminal.line(
        "%s  %d blocks of %d bytes"
            .formatted(
                dry ? "would go " : "collected", report.collected(), report.collectedBytes()));
    if (waits > 0) {
      terminal.line("waiting    %d blocks for the grace period of %s".formatted(waits, grace));
    }
    return 0;
  }

  private Collector.Report collect(Duration time) {
    Optional<Upkeep> running =
        Registries.upkeep(session.home(), session.nodeUrl(), session.variable("DMG_TOKEN"));
    if (running.isPresent()) {
      return running.get().collect(time, dry);
    }
    try (HomeCare care = HomeCare.open(session.home(), session.world())) {
      return care.collect(session.world().clock().instant(), time, dry);
    }
  }

  private static Duration duration(String text) {
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      throw new CommandException(
          ErrorCode.USAGE,
          "read --grace `" + text + "`: expected a number with s, m, h or d",
          "write for example 24h");
    }
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2)) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
