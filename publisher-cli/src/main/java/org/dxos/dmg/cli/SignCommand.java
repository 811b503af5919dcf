package org.dxos.dmg.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.authority.Amendments;
import org.dxos.dmg.authority.Changes;
import org.dxos.dmg.authority.PartialEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.trust.AuthorityEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sign",
    description = {
      "Add this home's signatures to an entry that others began; hands it in if it is complete.",
      "Says what the entry changes, so that you know what you sign."
    })
final class SignCommand implements Callable<Integer> {

  private static final String BEGUN = "the file that `dmg authority` wrote for others to sign";

  private final Session session;

  @Parameters(paramLabel = "FILE", description = "what `dmg authority` wrote for others to sign")
  private Path file = Path.of("");

  @Option(
      names = "--with",
      split = ",",
      paramLabel = "KEYFILE",
      description = "keys that are not in this home, such as recovery keys")
  private List<Path> files = List.of();

  @Option(names = "--show", description = "say what it changes, and sign nothing")
  private boolean show;

  SignCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    String text = Arguments.text(file, BEGUN);
    PartialEntry partial = Arguments.read(() -> PartialEntry.parse(text), "give " + BEGUN);
    EntryAnswer answer = new EntryAnswer(session, Optional.of(file));
    try (Registry registry = session.registry()) {
      Amendments amendments = new Amendments(registry, session.keys(), session.world().clock());
      MapBuilder more =
          new MapBuilder().put("changes", told(partial, amendments.before(partial)), Node::of);
      if (show) {
        answer.wanting(partial, file, more);
      } else {
        answer.tell(registry, amendments.sign(partial, files), "signed by all", more);
      }
      return 0;
    }
  }

  private List<String> told(PartialEntry partial, Optional<AuthorityEntry> before) {
    List<String> changes = Changes.of(before, partial.entry());
    session
        .terminal()
        .note(
            "entry %d of %s (%s)%s:"
                .formatted(
                    partial.entry().seq(),
                    partial.entry().authority(),
                    partial.entry().genesis().map(Cid::toString).orElse("genesis"),
                    before.isPresent()
                        ? ""
                        : ", which is not held here: this is all that it says"));
    changes.forEach(one -> session.terminal().note("  " + one));
    return changes;
  }
}
