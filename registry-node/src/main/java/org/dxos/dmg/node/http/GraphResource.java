package org.dxos.dmg.node.http;

import java.util.List;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.error.ErrorCode;
import org.eclipse.jetty.http.HttpHeader;

/** Who depends on whom, and why. */
final class GraphResource implements Resource {

  private static final String DEPENDENTS = "/v1/dependents/";
  private static final String WHY = "/v1/why";

  /** Releases listed unless asked otherwise, and at most. */
  private static final int LISTED = 1_000;

  private static final int MAX_LISTED = 1_000_000;

  private static final int PATHS = 10;
  private static final int MAX_PATHS = 1_000;

  private final Registry registry;

  GraphResource(Registry registry) {
    this.registry = registry;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return List.of("GET", "HEAD").contains(exchange.method())
        && (exchange.rawPath().equals(WHY) || exchange.pathStartsWith(DEPENDENTS));
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-cache");
    if (exchange.rawPath().equals(WHY)) {
      exchange.json(
          200,
          registry
              .why(
                  needed(exchange, "from"),
                  needed(exchange, "to"),
                  limit(exchange, PATHS, MAX_PATHS))
              .toNode());
      return;
    }
    String of = exchange.pathAfter(DEPENDENTS);
    int limit = limit(exchange, LISTED, MAX_LISTED);
    exchange.json(
        200,
        flag(exchange, "impact")
            ? registry.withdrawal(of, limit).toNode()
            : registry.dependents(of, flag(exchange, "direct"), limit).toNode());
  }

  private static String needed(Exchange exchange, String name) {
    return exchange
        .parameter(name)
        .orElseThrow(
            () ->
                new NodeException(
                    ErrorCode.USAGE,
                    "say why: `" + name + "` is missing",
                    "ask /v1/why?from=<dxn>&to=<dxn>"));
  }

  private static boolean flag(Exchange exchange, String name) {
    return exchange.parameter(name).filter(value -> !value.equals("false")).isPresent();
  }

  private static int limit(Exchange exchange, int usual, int most) {
    try {
      return Math.clamp(exchange.parameter("limit").map(Integer::parseInt).orElse(usual), 1, most);
    } catch (NumberFormatException e) {
      throw new NodeException(
          ErrorCode.USAGE, "list: `limit` is no number", "give a number from 1 to " + most);
    }
  }
}
