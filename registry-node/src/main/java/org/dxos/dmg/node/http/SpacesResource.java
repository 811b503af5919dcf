package org.dxos.dmg.node.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.SpaceInfo;
import org.dxos.dmg.api.Spaces;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.verdict.Signed;

/**
 * The spaces that this node holds, for those who run it: who they are of, and below the path of
 * each everything that a registry answers, over that space. To all others these paths do not exist.
 */
final class SpacesResource implements Resource {

  static final String SPACES = "/v1/spaces";
  private static final String ONE = SPACES + "/";

  private final Spaces spaces;
  private final boolean mirror;
  private final Map<Cid, List<Resource>> served = new ConcurrentHashMap<>();

  SpacesResource(Spaces spaces, boolean mirror) {
    this.spaces = spaces;
    this.mirror = mirror;
  }

  /** True for everything that is told and done here. */
  static boolean isOfSpaces(String rawPath) {
    return rawPath.equals(SPACES) || rawPath.startsWith(ONE);
  }

  /** True for what lies below one space. */
  static boolean isBelowOne(String rawPath) {
    return rawPath.startsWith(ONE) && rawPath.indexOf('/', ONE.length()) >= 0;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return isOfSpaces(exchange.rawPath());
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    String path = exchange.rawPath();
    if (isBelowOne(path)) {
      below(exchange, path.substring(0, path.indexOf('/', ONE.length())));
      return;
    }
    switch (exchange.method() + " " + path) {
      case "GET " + SPACES, "HEAD " + SPACES ->
          exchange.json(
              200, new MapBuilder().put("spaces", spaces.all(), SpaceInfo::toNode).build());
      case "POST " + SPACES -> exchange.json(201, learn(exchange).toNode());
      default -> exchange.json(200, one(exchange).toNode());
    }
  }

  private SpaceInfo one(Exchange exchange) throws IOException {
    String space = exchange.pathAfter(ONE);
    if (!exchange.method().equals("PUT")) {
      return spaces.show(space);
    }
    Fields fields =
        Fields.of("space", ErrorCode.USAGE, Json.parse(exchange.body(HttpServer.MAX_TEXT_BODY)));
    String name = fields.text("name");
    fields.end();
    return spaces.rename(space, name);
  }

  private SpaceInfo learn(Exchange exchange) throws IOException {
    exchange.requireLength(MAX_LOG_BYTES);
    WriteResource.Car car;
    try (InputStream body = exchange.bodyStream()) {
      car = WriteResource.car(body);
    }
    Signed<SpaceEntry> first = Signed.read(car, car.roots().getFirst(), SpaceEntry.class);
    Cid id = first.body().genesis().orElse(first.envelope().body());
    return spaces.learn(id, car.roots(), car, exchange.parameter("name"));
  }

  /** Of the entries of a space's log that come at once. */
  private static final long MAX_LOG_BYTES = 16L << 20;

  private void below(Exchange exchange, String prefix) throws IOException {
    Registry registry = spaces.open(prefix.substring(ONE.length()));
    List<Resource> resources =
        served.computeIfAbsent(
            registry.space().orElseThrow(),
            _ ->
                List.of(
                    new ReadResource(registry),
                    new GraphResource(registry),
                    new WriteResource(registry, mirror),
                    new GatewayResource(registry),
                    new SparqlResource(registry),
                    new OperationsResource(registry, new Metrics())));
    Exchange inner = exchange.below(prefix);
    Optional<Resource> one = resources.stream().filter(each -> each.serves(inner)).findFirst();
    if (one.isEmpty() || !Routes.allows(inner.rawPath(), inner.method())) {
      throw new FormatException(
          ErrorCode.NOT_FOUND,
          exchange.method() + " `" + exchange.rawPath() + "`: there is nothing here");
    }
    one.get().handle(inner);
  }
}
