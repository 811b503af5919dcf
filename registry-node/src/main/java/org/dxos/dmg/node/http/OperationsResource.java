package org.dxos.dmg.node.http;

import java.nio.charset.StandardCharsets;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.dagcbor.Node;
import org.eclipse.jetty.http.HttpHeader;

/** What operators and their tools ask: health, status, and a page that says what this is. */
final class OperationsResource implements Resource {

  /** Entries of the journal: further behind, search and SPARQL answer of another day. */
  private static final long FAR_BEHIND = 1_000;

  private final Registry registry;
  private final Metrics metrics;

  OperationsResource(Registry registry, Metrics metrics) {
    this.registry = registry;
    this.metrics = metrics;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return switch (exchange.rawPath()) {
      case "/healthz", "/readyz", "/v1/status", "/metrics", "/openapi.json", "/" -> true;
      default -> false;
    };
  }

  @Override
  public void handle(Exchange exchange) {
    exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-cache");
    switch (exchange.rawPath()) {
      case "/healthz" -> text(exchange, 200, "ok\n");
      case "/readyz" -> ready(exchange);
      case "/v1/status" -> exchange.json(200, registry.status());
      case "/metrics" ->
          exchange.send(
              200,
              Metrics.MEDIA_TYPE,
              metrics.text(registry.status()).getBytes(StandardCharsets.UTF_8));
      case "/openapi.json" -> exchange.json(200, Routes.openApi(registry.node().version()));
      default ->
          exchange.send(200, "text/html; charset=utf-8", page().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void ready(Exchange exchange) {
    long behind =
        registry.status().entries().get("projection") instanceof Node.Map projection
            ? Metrics.number(projection, "behind")
            : 0;
    if (behind > FAR_BEHIND) {
      text(exchange, 503, "the projection is " + behind + " entries behind\n");
    } else {
      text(exchange, 200, "ok\n");
    }
  }

  private static void text(Exchange exchange, int status, String text) {
    exchange.send(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  private String page() {
    return """
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><title>DMG node</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}code{background:#eee;padding:.1em .3em}</style>
        <h1>DMG node</h1>
        <p>A registry of functions: content-addressed, signed by their publishers, checked by their readers.</p>
        <p>Root of everything held here: <code>%s</code></p>
        <ul>
        <li><code>GET /v1/resolve/{dxn}</code> — one release</li>
        <li><code>GET /v1/closure/{dxn}</code> — the lock of all that it needs</li>
        <li><code>GET /v1/modules/{name}</code> — versions and tags</li>
        <li><code>GET /v1/search?q=</code> — by words</li>
        <li><code>GET /sparql?query=</code> — SPARQL 1.1</li>
        <li><code>GET /v1/events?since=</code> — what is admitted, as it happens</li>
        <li><a href="/v1/node">/v1/node</a>, <a href="/v1/status">/v1/status</a></li>
        </ul>
        </html>
        """
        .formatted(registry.node().root());
  }
}
