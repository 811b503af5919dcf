package org.dxos.dmg.node.http;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.MapBuilder;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.PeerStatus;

/**
 * How the links do, as events: each link at first, and again when it was cut, connected, came in
 * step or fell behind, failed, showed another root or a fork, or ended. Bytes alone are no news.
 */
final class LinkEvents {

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Federation peers;
  private final Map<String, News> told = new HashMap<>();

  LinkEvents(Federation peers) {
    this.peers = peers;
  }

  /** What of a link is news when it changes. */
  private record News(
      boolean connected,
      boolean inStep,
      Optional<Cid> root,
      Optional<Cid> equal,
      long forks,
      Optional<String> error) {

    static News of(PeerStatus one) {
      return new News(
          one.connected(),
          one.lag().equals(Optional.of(0L)),
          one.root(),
          one.lastEqual().map(PeerStatus.Equal::root),
          one.forks(),
          one.error());
    }
  }

  /** Tells until the listener has gone. */
  void to(Exchange exchange) {
    try (EventStream out = new EventStream(exchange)) {
      while (!Thread.interrupted()) {
        if (!look(out)) {
          out.still();
        }
        out.flush();
        LockSupport.parkNanos(LOOK.toNanos());
      }
    } catch (IOException e) {
      // The listener has gone, which is how every stream of events ends.
    }
    exchange.callback().succeeded();
  }

  private boolean look(EventStream out) throws IOException {
    boolean news = false;
    Set<String> gone = new HashSet<>(told.keySet());
    for (PeerStatus one : peers.status()) {
      String peer = one.link().peer();
      gone.remove(peer);
      if (!News.of(one).equals(told.put(peer, News.of(one)))) {
        out.event(one.toNode());
        news = true;
      }
    }
    for (String peer : gone) {
      told.remove(peer);
      out.event(new MapBuilder().put("peer", peer).putAlways("removed", Node.of(true)).build());
      news = true;
    }
    return news;
  }
}
