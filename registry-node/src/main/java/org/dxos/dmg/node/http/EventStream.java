package org.dxos.dmg.node.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.json.Json;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;

/**
 * An answer that goes on: Server-Sent Events, as the HTML standard has them. It ends when the
 * listener has gone, which shows as a failure to write.
 */
final class EventStream implements AutoCloseable {

  private final OutputStream out;

  EventStream(Exchange exchange) throws IOException {
    exchange
        .headers()
        .put(HttpHeader.CONTENT_TYPE, "text/event-stream")
        .put(HttpHeader.CACHE_CONTROL, "no-store");
    exchange.response().setStatus(200);
    this.out = Content.Sink.asOutputStream(exchange.response());
    text(": dmg\n\n");
    out.flush();
  }

  /** An event after which nobody can go on: another of the same place follows, or there is none. */
  void event(Node data) throws IOException {
    data(data);
    text("\n");
  }

  /** An event after which a listener goes on with {@code id}. */
  void event(Node data, long id) throws IOException {
    data(data);
    passed(id);
  }

  /** Without data it is no event: what came up to here need not be looked at again. */
  void passed(long id) throws IOException {
    text("id: " + id + "\n\n");
  }

  /** Shows whether somebody is still there. */
  void still() throws IOException {
    text(": \n\n");
  }

  void flush() throws IOException {
    out.flush();
  }

  private void data(Node data) throws IOException {
    text("data: " + new String(Json.canonical(data), StandardCharsets.UTF_8) + "\n");
  }

  private void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
