package org.dxos.dmg.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SearchHit;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = "Find modules by words of their name, description and keywords.")
final class SearchCommand implements Callable<Integer> {

  @Mixin private final Session session;

  @Parameters(paramLabel = "WORD", arity = "1..*", description = "what to look for")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "at most so many (default: 20)")
  private int limit;

  SearchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new CommandException(
          ErrorCode.USAGE, "search: limit `" + limit + "` is not positive", "give 1 or more");
    }
    try (Registry registry = session.registry()) {
      List<SearchHit> hits = registry.search(String.join(" ", words), limit);
      if (session.json()) {
        List<Node> items = new ArrayList<>();
        hits.forEach(hit -> items.add(hit.toNode()));
        session.terminal().json(new MapBuilder().putAlways("hits", new Node.Array(items)).build());
        return 0;
      }
      hits.forEach(
          hit ->
              session
                  .terminal()
                  .line(
                      hit.name()
                          + "@"
                          + hit.version()
                          + hit.description()
                              .map(one -> "  " + one.lines().findFirst().orElse(""))
                              .orElse("")));
      if (hits.isEmpty()) {
        session.terminal().note("nothing found");
      }
      return 0;
    }
  }
}
