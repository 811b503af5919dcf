package org.dxos.dmg.node.http;

import java.io.IOException;
import java.util.List;
import org.dxos.dmg.api.Events;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Server-Sent Events of what is admitted. A listener that was cut off goes on after the last id it
 * saw, by {@code Last-Event-ID} or {@code since}.
 */
final class EventsResource implements Resource {

  /** Between comments that keep a silent connection open, below the idle limit. */
  private static final long KEEP_ALIVE_MILLIS = 10_000;

  private static final int BATCH = 256;

  private final Events events;

  EventsResource(Events events) {
    this.events = events;
  }

  @Override
  public boolean serves(Exchange exchange) {
    return exchange.rawPath().equals("/v1/events") && exchange.method().equals("GET");
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    long position = start(exchange);
    String prefix = exchange.parameter("prefix").orElse("");
    try (EventStream out = new EventStream(exchange)) {
      while (true) {
        List<Events.Event> batch = events.after(position, BATCH);
        for (int i = 0; i < batch.size(); i++) {
          Events.Event event = batch.get(i);
          position = event.position();
          if (matches(event.data(), prefix)) {
            // A head is one position and many events: its id comes with the last, so that a cut in
            // the middle loses none.
            if (i + 1 == batch.size() || batch.get(i + 1).position() != position) {
              out.event(event.data(), position);
            } else {
              out.event(event.data());
            }
          }
        }
        if (!batch.isEmpty() && !prefix.isEmpty()) {
          out.passed(position); // what does not match need not be looked at again either
        }
        if (batch.isEmpty()) {
          out.still();
        }
        out.flush();
        events.await(position, KEEP_ALIVE_MILLIS);
      }
    } catch (IOException e) {
      exchange
          .callback()
          .succeeded(); // the listener has gone, which is how every stream of events ends
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.callback().succeeded();
    }
  }

  private long start(Exchange exchange) {
    String since =
        exchange.header("Last-Event-ID").or(() -> exchange.parameter("since")).orElse("");
    if (since.isEmpty()) {
      return events.end();
    }
    long position;
    try {
      position = Long.parseLong(since);
    } catch (NumberFormatException e) {
      position = -1;
    }
    if (position < 0 || position > events.end()) {
      throw new FormatException(
          ErrorCode.USAGE,
          "read events since `"
              + since
              + "`: expected the id of an event, at most "
              + events.end());
    }
    return position;
  }

  private static boolean matches(Node.Map event, String prefix) {
    return prefix.isEmpty()
        || (event.entries().get("name") instanceof Node.Text name
            && name.value().startsWith(prefix));
  }
}
