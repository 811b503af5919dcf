package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.dagcbor.MapBuilder;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that writes the next entry of an authority's key log, as far as it can be signed. */
abstract class KeyLogCommand implements Callable<Integer> {

  private final Session session;

  @Parameters(index = "0", paramLabel = "AUTHORITY", description = "its name, such as com.example")
  private String name = "";

  @Mixin private final Unfinished unfinished = new Unfinished();

  KeyLogCommand(Session session) {
    this.session = session;
  }

  /**
   * What came of the command.
   *
   * @param told what the entry did, in the past tense
   * @param more of the answer with {@code --json}
   * @param after what people are told when it is done
   */
  record Amended(Amendments.Outcome outcome, String told, MapBuilder more, List<Speech> after) {

    Amended(Amendments.Outcome outcome, String told) {
      this(outcome, told, new MapBuilder(), List.of());
    }
  }

  /**
   * What people are told.
   *
   * @param answer true if it is what was asked for, and not about it
   */
  record Speech(String text, boolean answer) {}

  /** Where an entry goes that others have to sign. */
  static final class Unfinished {
    @Option(
        names = "--partial",
        paramLabel = "FILE",
        description =
            "where to write an entry that others have to sign (default:"
                + " AUTHORITY-SEQ.partial.json in this folder)")
    private Optional<Path> file = Optional.empty();

    Optional<Path> file() {
      return file;
    }
  }

  /** Makes the entry of the authority with this name. */
  abstract Amended amend(Amendments amendments, String authority);

  final Session session() {
    return session;
  }

  final long now() {
    return session.world().clock().instant().getEpochSecond();
  }

  @Override
  public final Integer call() throws IOException {
    try (Registry registry = session.registry()) {
      Amendments amendments = new Amendments(registry, session.keys(), session.world().clock());
      Amended amended = amend(amendments, name);
      new EntryAnswer(session, unfinished.file())
          .tell(registry, amended.outcome(), amended.told(), amended.more());
      if (!session.json()) {
        for (Speech one : amended.after()) {
          if (one.answer()) {
            session.terminal().line(one.text());
          } else {
            session.terminal().note(one.text());
          }
        }
      }
      return 0;
    }
  }
}
