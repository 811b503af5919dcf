package org.dxos.dmg.node.http;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.Upkeep;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.eclipse.jetty.http.HttpHeader;

/**
 * What is done to the home of this node while it runs: for those who run it. What is not done
 * within some seconds is answered with 202 and the name of a job, which is asked for until it is.
 */
final class UpkeepResource implements Resource {

  private static final String PREFIX = "/v1/admin/";
  static final String COLLECT = PREFIX + "gc";
  static final String CHECKPOINT = PREFIX + "checkpoint";
  static final String REINDEX = PREFIX + "reindex";
  static final List<String> METHODS = List.of("POST");

  /** A job, by its name behind it. */
  static final String JOBS = PREFIX + "jobs/";

  private final Optional<Upkeep> upkeep;
  private final Jobs jobs;

  UpkeepResource(Registry registry, Jobs jobs) {
    this.jobs = jobs;
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
    String job =
        exchange.rawPath().startsWith(JOBS)
            ? exchange.pathAfter(JOBS)
            : jobs.begin(work(here, exchange));
    Optional<Node> done = jobs.await(job);
    if (done.isPresent()) {
      exchange.json(200, done.get());
    } else {
      exchange.headers().put(HttpHeader.LOCATION, JOBS + job);
      exchange.json(202, new MapBuilder().put("job", job).build());
    }
  }

  /** Reads what is asked for; what cannot be understood is refused before anything begins. */
  private static Supplier<Node> work(Upkeep here, Exchange exchange) throws IOException {
    return switch (exchange.rawPath()) {
      case COLLECT -> {
        Fields fields =
            Fields.of("gc", ErrorCode.USAGE, Json.parse(exchange.body(HttpServer.MAX_TEXT_BODY)));
        Duration grace = Duration.ofSeconds(fields.uint("grace"));
        boolean dry = fields.flag("dry");
        fields.end();
        yield () -> here.collect(grace, dry).toNode();
      }
      case REINDEX ->
          () -> {
            here.reindex();
            return Node.Map.EMPTY;
          };
      default -> () -> new MapBuilder().put("home", here.checkpoint().toString()).build();
    };
  }
}
