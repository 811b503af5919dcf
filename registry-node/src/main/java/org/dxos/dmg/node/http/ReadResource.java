package org.dxos.dmg.node.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dxos.dmg.api.ClosureRequest;
import org.dxos.dmg.api.NotFoundException;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.api.ReleaseInfo;
import org.dxos.dmg.api.SearchHit;
import org.dxos.dmg.api.SolvedClosure;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.dxn.Dxn;
import org.dxos.dmg.dxn.Selector;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.json.Json;
import org.dxos.dmg.rdf.RdfText;
import org.dxos.dmg.rdf.RecordTriples;
import org.dxos.dmg.rdf.Triple;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.select.Target;
import org.dxos.dmg.solver.Rule;
import org.eclipse.jetty.http.HttpHeader;

/** Names, closures, search: what is read by everybody. */
final class ReadResource implements Resource {

  private static final String RESOLVE = "/v1/resolve/";
  private static final String CLOSURE = "/v1/closure";
  private static final String MODULES = "/v1/modules/";
  private static final String AUTHORITIES = "/v1/authorities/";
  private static final String SEARCH = "/v1/search";
  private static final String NODE = "/v1/node";

  private static final int MAX_HITS = 100;

  private static final String JSON = "application/json";
  private static final String DAG_CBOR = "application/vnd.ipld.dag-cbor";
  private static final String DAG_JSON = "application/vnd.ipld.dag-json";

  private static final String JSON_LD = "application/ld+json";
  private static final String TURTLE = "text/turtle";

  /** The forms of a release, the one that is taken without a wish first. */
  private static final List<String> FORMS = List.of(JSON, DAG_CBOR, DAG_JSON, JSON_LD, TURTLE);

  /** Of the forms, in ETags. */
  private static final Map<String, String> NAMES =
      Map.of(
          JSON,
          "json",
          DAG_CBOR,
          "dag-cbor",
          DAG_JSON,
          "dag-json",
          JSON_LD,
          "ld+json",
          TURTLE,
          "turtle");

  private final Registry registry;
  private final SolveTurns turns = new SolveTurns();

  ReadResource(Registry registry) {
    this.registry = registry;
  }

  @Override
  public boolean serves(Exchange exchange) {
    String path = exchange.rawPath();
    if (path.equals(CLOSURE)) {
      return exchange.method().equals("POST");
    }
    boolean mine =
        path.startsWith(RESOLVE)
            || path.startsWith(CLOSURE + "/")
            || path.startsWith(MODULES)
            || path.startsWith(AUTHORITIES)
            || path.equals(SEARCH)
            || path.equals(NODE);
    return mine && (exchange.method().equals("GET") || exchange.method().equals("HEAD"));
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    String path = exchange.rawPath();
    if (path.startsWith(RESOLVE)) {
      resolve(exchange);
    } else if (path.startsWith(CLOSURE)) {
      closure(exchange);
    } else if (path.startsWith(MODULES)) {
      revalidated(exchange, registry.module(exchange.pathAfter(MODULES), at(exchange)).toNode());
    } else if (path.startsWith(AUTHORITIES)) {
      authority(exchange);
    } else if (path.equals(SEARCH)) {
      search(exchange);
    } else {
      exchange.json(200, registry.node().toNode());
    }
  }

  private void resolve(Exchange exchange) {
    String dxn = exchange.pathAfter(RESOLVE);
    ReleaseInfo release = registry.resolve(dxn, at(exchange));
    boolean immutable =
        switch (Dxn.parse(dxn)) {
          case Dxn.ByCid _ -> true;
          case Dxn.Named named -> named.selector() instanceof Selector.ByCid;
        };
    Optional<String> form = exchange.preferred(FORMS);
    if (form.isEmpty()) {
      Problems.send(
          exchange,
          406,
          ErrorCode.UNSUPPORTED,
          "resolve: no form of the release is among those accepted",
          "accept one of " + String.join(", ", FORMS));
      return;
    }
    String tag =
        "\"" + release.release() + "." + release.head() + "." + NAMES.get(form.get()) + "\"";
    exchange.headers().put(HttpHeader.ETAG, tag).put(HttpHeader.VARY, "Accept");
    exchange
        .headers()
        .put(
            HttpHeader.CACHE_CONTROL,
            immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (exchange.notModified(tag)) {
      return;
    }
    switch (form.get()) {
      case DAG_CBOR -> exchange.send(200, DAG_CBOR, record(release));
      case DAG_JSON -> exchange.send(200, DAG_JSON, Json.dagJson(DagCbor.decode(record(release))));
      case JSON_LD -> exchange.send(200, JSON_LD, Json.canonical(RdfText.jsonLd(triples(release))));
      case TURTLE -> exchange.send(200, TURTLE, RdfText.turtleBytes(triples(release)));
      default -> exchange.json(200, release.toNode());
    }
  }

  private static Optional<Cid> at(Exchange exchange) {
    return exchange.parameter("at").map(Cid::parse);
  }

  private List<Triple> triples(ReleaseInfo release) {
    return RecordTriples.of(release.record(), ModuleRecord.decode(record(release)));
  }

  private byte[] record(ReleaseInfo release) {
    return registry
        .get(release.record())
        .orElseThrow(
            () ->
                new NotFoundException(
                    ErrorCode.BLOCK_MISSING,
                    "read record `" + release.record() + "`: it is not held",
                    List.of(),
                    ""));
  }

  private void closure(Exchange exchange) throws IOException {
    ClosureRequest request;
    if (exchange.method().equals("POST")) {
      request = ClosureRequest.fromNode(Json.parse(exchange.body(HttpServer.MAX_TEXT_BODY)));
    } else {
      request =
          new ClosureRequest(
                  List.of(exchange.pathAfter(CLOSURE + "/")),
                  exchange.parameter("target").map(Target::parse),
                  exchange.parameter("rule").map(ClosureRequest::rule).orElse(Rule.LINE),
                  OptionalLong.empty())
              .asOf(at(exchange));
    }
    exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-cache");
    if (exchange.parameter("explain").filter(value -> !value.equals("false")).isPresent()) {
      SolvedClosure solved = turns.solve(request, true, () -> registry.explain(request));
      exchange.json(200, solved.toNode(Json.parse(solved.lock().json())));
      return;
    }
    exchange.send(
        200,
        "application/json",
        turns.solve(request, false, () -> registry.closure(request)).json());
  }

  private void authority(Exchange exchange) {
    String name = exchange.pathAfter(AUTHORITIES);
    revalidated(
        exchange,
        registry
            .authority(name)
            .orElseThrow(
                () ->
                    new NotFoundException(
                        ErrorCode.AUTHORITY_UNKNOWN,
                        "find authority `" + name + "`: it is not held here",
                        List.of(),
                        "it appears when something is published under it"))
            .toNode());
  }

  private void search(Exchange exchange) {
    String words = exchange.parameter("q").orElse("");
    int limit;
    try {
      limit = Math.clamp(Integer.parseInt(exchange.parameter("limit").orElse("20")), 1, MAX_HITS);
    } catch (NumberFormatException e) {
      throw new NodeException(
          ErrorCode.USAGE, "search: `limit` is no number", "give a number from 1 to " + MAX_HITS);
    }
    List<Node> hits = new ArrayList<>();
    for (SearchHit hit : registry.search(words, limit)) {
      hits.add(hit.toNode());
    }
    exchange.json(
        200, new MapBuilder().put("query", words).putAlways("hits", new Node.Array(hits)).build());
  }

  private static void revalidated(Exchange exchange, Node.Map answer) {
    String tag = "\"" + Cid.of(Cid.DAG_CBOR, DagCbor.encode(answer)) + "\"";
    exchange.headers().put(HttpHeader.ETAG, tag).put(HttpHeader.CACHE_CONTROL, "no-cache");
    if (!exchange.notModified(tag)) {
      exchange.json(200, answer);
    }
  }

  /** Reads the list of CIDs in a JSON body. */
  static List<Cid> cids(byte[] body) {
    Fields fields = Fields.of("request", ErrorCode.JSON_SYNTAX, Json.parse(body));
    return fields.list(
        "cids", node -> Cid.parse(node instanceof Node.Text text ? text.value() : ""));
  }
}
