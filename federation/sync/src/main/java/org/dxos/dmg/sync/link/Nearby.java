package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.libp2p.host.Connection;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.sync.pull.Directions;
import org.dxos.dmg.sync.pull.PullThrough;
import org.dxos.dmg.sync.pull.Source;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.web.WebNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who can be asked for what somebody asks for here. Safe for many threads. */
final class Nearby implements PullThrough.Places {

  private static final Logger LOG = LoggerFactory.getLogger(Nearby.class);

  /** Nodes that are not linked and are asked for a block of a bundle. */
  private static final int MAX_FAR = 3;

  private final Host host;
  private final Links links;
  private final Holder holder;
  private final Pulled pulled;
  private final Directions directions;
  private final Duration patience;
  private final InstantSource clock;

  /** Of links, by peer; those that are not linked share the one without a name. */
  private final Map<String, Quota> quotas = new ConcurrentHashMap<>();

  Nearby(
      Host host,
      Links links,
      Holder holder,
      Pulled pulled,
      Directions directions,
      Duration patience,
      InstantSource clock) {
    this.host = host;
    this.links = links;
    this.holder = holder;
    this.pulled = pulled;
    this.directions = directions;
    this.patience = patience;
    this.clock = clock;
  }

  @Override
  public List<Source> linked() {
    List<Source> sources = new ArrayList<>();
    for (Link link : links.all()) {
      if (link.policy().follow()) {
        connection(link.peer())
            .ifPresent(
                one ->
                    sources.add(
                        new Linked(
                            new PeerRemote(one, patience),
                            link.policy().authorities().isEmpty()
                                ? Quota.none()
                                : quota(link.peer()))));
      }
    }
    return sources;
  }

  private Optional<Connection> connection(String peer) {
    try {
      return host.connection(org.dxos.dmg.libp2p.peer.PeerId.parse(peer));
    } catch (IOException e) {
      LOG.debug("find {}: {}", peer, e.getMessage());
      return Optional.empty();
    }
  }

  /** Bytes alone: how many authorities are pulled is bounded where they are asked for. */
  private Quota quota(String peer) {
    return quotas.computeIfAbsent(
        peer, _ -> Quota.of(new Quota.Limits(Integer.MAX_VALUE, holder.quota().bytes()), clock));
  }

  @Override
  public Source at(String address) {
    return address.startsWith("https:")
        ? new WebNode(directions, address, quota(""), patience)
        : new FarNode(host, directions, address, quota(""), patience);
  }

  /** Nodes that are not linked, from which something came: they may have its bundles. */
  List<Source> far() {
    return directions.reach() == Directions.Reach.ANYONE
        ? pulled.far().stream().limit(MAX_FAR).map(this::at).toList()
        : List.of();
  }

  @Override
  public void came(String name, Cid id, Source source) {
    pulled.add(name, id, source.address());
  }

  private record Linked(Remote remote, Quota quota) implements Source {
    @Override
    public String name() {
      return remote.name();
    }

    @Override
    public Optional<String> address() {
      return Optional.empty();
    }
  }
}
