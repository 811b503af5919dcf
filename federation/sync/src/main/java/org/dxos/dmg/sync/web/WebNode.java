package org.dxos.dmg.sync.web;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.sync.pull.Dialled;
import org.dxos.dmg.sync.pull.Directions;
import org.dxos.dmg.sync.pull.Source;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;

/**
 * A registry that a domain names by its URL. Its name is resolved once, what comes of it is looked
 * at, and only addresses that were found good are dialled, with the certificate of the name.
 */
public final class WebNode implements Source {

  private final Directions directions;
  private final String url;
  private final WebAddress place;
  private final Quota quota;
  private final Duration patience;

  /**
   * @param patience with all that is asked at once
   * @throws org.dxos.dmg.sync.wire.SyncException if the URL is none that is understood
   */
  public WebNode(Directions directions, String url, Quota quota, Duration patience) {
    this.directions = directions;
    this.url = url;
    this.place = WebAddress.parse(url);
    this.quota = quota;
    this.patience = patience;
  }

  @Override
  public String name() {
    return url;
  }

  @Override
  public Remote remote() throws IOException {
    boolean literal = place.host().contains(":") || place.host().matches("[0-9.]+");
    List<InetAddress> found =
        literal ? List.of(InetAddress.ofLiteral(place.host())) : directions.resolve(place.host());
    List<InetAddress> good = Dialled.of(directions, url, found);
    long until = System.nanoTime() + patience.toNanos();
    return new WebRemote(
        url, () -> WebClient.to(place, good, directions.tls(), until, WebClient.ANSWER));
  }

  @Override
  public Quota quota() {
    return quota;
  }

  @Override
  public Optional<String> address() {
    return Optional.of(url);
  }
}
