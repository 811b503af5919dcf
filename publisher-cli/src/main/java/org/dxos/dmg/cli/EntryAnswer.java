package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.AuthorityInfo;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.authority.PartialEntry;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.publish.SpaceOwner;

/**
 * Tells what became of an entry of a key log: it stands, or a file is written for those who have to
 * sign it.
 *
 * @param unfinished where that file goes, if it was said
 */
record EntryAnswer(Session session, Optional<Path> unfinished) {

  /**
   * @param told what the entry did, in the past tense
   * @param more of the answer with {@code --json}
   */
  void tell(Registry registry, Amendments.Outcome outcome, String told, MapBuilder more)
      throws IOException {
    switch (outcome) {
      case Amendments.Outcome.Done(AuthorityInfo info) -> done(registry, info, told, more);
      case Amendments.Outcome.Wanting(PartialEntry partial) -> {
        Path file =
            unfinished.orElseGet(
                () ->
                    Path.of(
                        "%s-%d.partial.json"
                            .formatted(partial.entry().authority(), partial.entry().seq())));
        Files.writeString(file, partial.toJson());
        wanting(partial, file, more);
      }
    }
  }

  private void done(Registry registry, AuthorityInfo info, String told, MapBuilder more) {
    List<String> spaces =
        SpaceOwner.unsettled(registry, info).stream()
            .map(one -> one.name().orElse(one.id().toString()))
            .toList();
    more.put("unsettledSpaces", spaces, Node::of);
    Terminal terminal = session.terminal();
    if (session.json()) {
      terminal.json(AuthorityAnswers.of(info, more));
    } else {
      terminal.line(info.keyHead().toString());
      terminal.note(info.name() + ": " + told + ", key log seq " + (info.log().size() - 1));
    }
    spaces.forEach(
        one ->
            terminal.warning(
                "in space `%s` nothing that a revoked key said stands until its owner says so: `dmg space keep %s %s`"
                    .formatted(one, one, info.name())));
  }

  /** Tells who has still to sign. */
  void wanting(PartialEntry partial, Path file, MapBuilder more) {
    Terminal terminal = session.terminal();
    if (session.json()) {
      terminal.json(AuthorityAnswers.wanting(partial, file, more));
    } else {
      terminal.line(file.toString());
    }
    partial.wanted().forEach(key -> terminal.note("still wanted: the signature of " + key));
    terminal.note(
        partial.wanted().isEmpty()
            ? "complete: hand it in with `dmg authority sign "
                + file.getFileName()
                + "` where the authority is held"
            : "hint: its holder runs `dmg authority sign " + file.getFileName() + "`");
  }
}
