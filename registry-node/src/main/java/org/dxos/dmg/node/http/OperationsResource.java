package org.dxos.dmg.node.http;

import java.nio.charset.StandardCharsets;
import org.dxos.dmg.api.Registry;

/** What operators and their tools ask: health, status, and a page that says what this is. */
final class OperationsResource implements Resource {

  private final Registry registry;

  OperationsResource(Registry registry) {
    this.registry = registry;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return exchange.method().equals("GET")
        && switch (exchange.rawPath()) {
          case "/healthz", "/readyz", "/v1/status", "/" -> true;
          default -> false;
        };
  }

  @Override
  public void handle(Exchange exchange) {
    switch (exchange.rawPath()) {
      case "/healthz", "/readyz" ->
          exchange.send(200, "text/plain; charset=utf-8", "ok\n".getBytes(StandardCharsets.UTF_8));
      case "/v1/status" -> exchange.json(200, registry.status());
      default ->
          exchange.send(200, "text/html; charset=utf-8", page().getBytes(StandardCharsets.UTF_8));
    }
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
