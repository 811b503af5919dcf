package org.dxos.dmg.node.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.dxos.dmg.api.QueryAnswer;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The query operation of the SPARQL 1.1 Protocol: by GET, by POST of a form, by POST of the query.
 *
 * @see <a href="https://www.w3.org/TR/sparql11-protocol/#query-operation">SPARQL 1.1 Protocol</a>
 */
final class SparqlResource implements Resource {

  /** Longest query text. */
  private static final int MAX_QUERY = 64 * 1024;

  /** Queries of one client at a time: less than half of those that a node runs. */
  private static final int OF_ONE_CLIENT = 3;

  private final Registry registry;
  private final ClientShare share = new ClientShare(OF_ONE_CLIENT);

  SparqlResource(Registry registry) {
    this.registry = registry;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return exchange.rawPath().equals("/sparql")
        && (exchange.method().equals("GET") || exchange.method().equals("POST"));
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    String query = query(exchange);
    String accept = exchange.header(HttpHeader.ACCEPT).orElse("*/*");
    Supplier<QueryAnswer> work = () -> registry.sparql(query, accept);
    QueryAnswer answer = exchange.client().map(client -> share.in(client, work)).orElseGet(work);
    exchange.headers().put(HttpHeader.VARY, "Accept").put(HttpHeader.CACHE_CONTROL, "no-cache");
    exchange.send(200, answer.mediaType(), answer.body());
  }

  private static String query(Exchange exchange) throws IOException {
    refuseDataset(exchange);
    if (exchange.method().equals("GET")) {
      return exchange.parameter("query").orElseThrow(SparqlResource::noQuery);
    }
    String type = exchange.header(HttpHeader.CONTENT_TYPE).orElse("").split(";")[0].strip();
    byte[] body = exchange.body(MAX_QUERY * 3);
    return switch (type) {
      case "application/sparql-query" -> new String(body, StandardCharsets.UTF_8);
      case "application/x-www-form-urlencoded" ->
          Forms.value(body, "query").orElseThrow(SparqlResource::noQuery);
      case "application/sparql-update" ->
          throw new FormatException(
              ErrorCode.SPARQL_FORBIDDEN, "SPARQL update: what is held changes by publishing only");
      default ->
          throw new FormatException(
              ErrorCode.SPARQL_SYNTAX,
              "POST to /sparql: Content-Type `"
                  + type
                  + "`, expected application/sparql-query or application/x-www-form-urlencoded");
    };
  }

  private static void refuseDataset(Exchange exchange) {
    if (exchange.parameter("default-graph-uri").isPresent()
        || exchange.parameter("named-graph-uri").isPresent()) {
      throw new FormatException(
          ErrorCode.SPARQL_FORBIDDEN,
          "SPARQL protocol: the dataset is fixed, use GRAPH in the query");
    }
  }

  private static FormatException noQuery() {
    return new FormatException(ErrorCode.SPARQL_SYNTAX, "SPARQL protocol: no parameter `query`");
  }
}
