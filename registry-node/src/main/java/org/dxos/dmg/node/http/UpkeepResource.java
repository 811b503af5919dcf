package org.dxos.dmg.node.http;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;

/** What is done to the home of this node while it runs: for those who run it. */
final class UpkeepResource implements Resource {

  private static final String PREFIX = "/v1/admin/";
  static final String COLLECT = PREFIX + "gc";
  static final String CHECKPOINT = PREFIX + "checkpoint";
  static final String REINDEX = PREFIX + "reindex";
  static final List<String> METHODS = List.of("POST");

  private final Optional<Upkeep> upkeep;

  UpkeepResource(Registry registry) {
    this.upkeep = registry instanceof Upkeep one ? Optional.of(one) : Optional.empty();
  }

  /** True for everything that is done here: all of it is the operator's alone. */
  static boolean isOperators(String rawPath) {
    return rawPath.startsWith(PREFIX);
  }

  @Override
  public boolean serves(Exchange exchange) {
    return isOperators(exchange.rawPath());
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    if (!exchange.isFromThisMachine()) {
      throw new NodeException(
          ErrorCode.TOKEN,
          "answer `" + exchange.rawPath() + "`: it is asked from another machine",
          "call dmg on the machine of the home");
    }
    Upkeep here =
        upkeep.orElseThrow(
            () ->
                new NodeException(
                    ErrorCode.UNSUPPORTED,
                    "answer `" + exchange.rawPath() + "`: there is no home behind this",
                    ""));
    switch (exchange.rawPath()) {
      case COLLECT -> exchange.json(200, collect(here, exchange));
      case REINDEX -> {
        here.reindex();
        exchange.json(200, Node.Map.EMPTY);
      }
      default ->
          exchange.json(201, new MapBuilder().put("home", here.checkpoint().toString()).build());
    }
  }

  private static Node collect(Upkeep here, Exchange exchange) throws IOException {
    Fields fields =
        Fields.of("gc", ErrorCode.USAGE, Json.parse(exchange.body(HttpServer.MAX_TEXT_BODY)));
    long grace = fields.uint("grace");
    boolean dry = fields.flag("dry");
    fields.end();
    return here.collect(Duration.ofSeconds(grace), dry).toNode();
  }
}
