package org.dxos.dmg.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.error.ErrorCode;
import picocli.CommandLine.ParseResult;

/**
 * The commands that have nothing to do with one space. Each refuses {@code --space}, rather than do
 * to the public registry what was meant for a space.
 */
final class WithoutSpace {

  private static final Map<String, String> HINTS = new HashMap<>();

  static {
    for (String home :
        List.of("config", "demo", "doctor", "init", "key", "node", "peer", "trust")) {
      HINTS.put(home, "leave out --space: it is about the home as a whole");
    }
    for (String part : List.of("fsck", "gc", "reindex")) {
      HINTS.put(
          part,
          "while no node runs on it: `dmg "
              + part
              + " --home HOME/spaces/ID`, with the id that `dmg space list` tells");
    }
    for (String copy : List.of("backup", "restore")) {
      HINTS.put(copy, "leave out --space: a backup of a home takes all its spaces with it");
    }
    HINTS.put("space", "name it after the command, as in `dmg space show team`");
  }

  private WithoutSpace() {}

  /** Why a command line cannot be done: it names a space, and what it asks for is of none. */
  static Optional<CommandException> refused(ParseResult parsed) {
    if (!parsed.hasSubcommand()) {
      return Optional.empty();
    }
    String command = parsed.subcommand().commandSpec().name();
    boolean named = false;
    ParseResult at = parsed;
    while (at.hasSubcommand()) {
      at = at.subcommand();
      if (at.isUsageHelpRequested()) {
        return Optional.empty();
      }
      named |= at.hasMatchedOption("--space");
    }
    return named
        ? Optional.ofNullable(HINTS.get(command))
            .map(
                hint ->
                    new CommandException(
                        ErrorCode.USAGE, command + ": it is not done in a space", hint))
        : Optional.empty();
  }
}
