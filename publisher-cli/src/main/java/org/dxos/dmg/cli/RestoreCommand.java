package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.node.HomeBackup;
import org.dxos.dmg.node.HomeCare;
import org.dxos.dmg.node.Restored;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = {
      "Make a home of a backup: dmg restore FROM --home NEW.",
      "Everything is checked before the home is there. A home that was restored with its "
          + "keys signs no head for what it had before, until `dmg restore --confirm` says that "
          + "what others hold was looked at: to sign from yesterday on again would be a fork."
    })
final class RestoreCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(
      arity = "0..1",
      paramLabel = "FROM",
      description = "a folder or a file that `dmg backup` wrote")
  private Optional<Path> from = Optional.empty();

  @Option(names = "--keys", description = "take the private keys that lie in the backup")
  private boolean keys;

  @Option(
      names = "--confirm",
      description =
          "let a restored home sign again: it has what others hold, or signed nothing since")
  private boolean confirm;

  RestoreCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    if (confirm == from.isPresent()) {
      throw new CommandException(
          ErrorCode.USAGE,
          "restore: expected what to restore from, or --confirm",
          "dmg restore FROM --home NEW");
    }
    return confirm ? confirm() : restore(from.orElseThrow());
  }

  private int confirm() {
    try (HomeCare care = HomeCare.open(session.home(), session.world())) {
      Optional<Restored> restored = Restored.of(care.store());
      if (restored.isEmpty()) {
        session.terminal().note("this home was not restored with its keys, or it was confirmed");
        return 0;
      }
      Restored.confirm(care.store());
      session
          .terminal()
          .note(
              "restored from a backup of %s; it signs again"
                  .formatted(Instant.ofEpochSecond(restored.get().at())));
      return 0;
    }
  }

  private int restore(Path backup) throws IOException {
    if (!Files.exists(backup)) {
      throw new CommandException(
          ErrorCode.NOT_FOUND,
          "restore from `" + backup + "`: it is not there",
          "give a folder or a file that `dmg backup` wrote");
    }
    HomeBackup.Made made = HomeBackup.restore(backup, session.home(), session.world(), keys);
    Terminal terminal = session.terminal();
    if (session.json()) {
      terminal.json(
          new MapBuilder()
              .put("home", session.home().toString())
              .put("at", made.backup().at())
              .put("position", made.backup().position())
              .put("blocks", made.checked().blocks())
              .put("authorities", made.checked().authorities())
              .put("heads", made.checked().heads())
              .put("statements", made.checked().statements())
              .put("keys", made.keys(), Node::of)
              .build());
      return 0;
    }
    terminal.line(session.home().toString());
    terminal.note(
        "from a backup of %s: %d blocks, %d authorities, %d heads, %d statements, all checked"
            .formatted(
                Instant.ofEpochSecond(made.backup().at()),
                made.checked().blocks(),
                made.checked().authorities(),
                made.checked().heads(),
                made.checked().statements()));
    if (made.keysLeft()) {
      terminal.note("the backup has private keys, which were left out; --keys takes them");
    }
    if (made.keys().isEmpty()) {
      terminal.note(
          "without keys it signs for nobody: see `dmg authority heal` for becoming the home again");
    } else {
      terminal.warning(
          "private keys were taken; before it signs: take what others hold, then dmg restore"
              + " --confirm --home "
              + Terminal.word(session.home().toString()));
    }
    return 0;
  }
}
