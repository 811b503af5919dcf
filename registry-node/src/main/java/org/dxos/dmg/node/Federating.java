package org.dxos.dmg.node;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.key.KeyRing;
import org.dxos.dmg.libp2p.host.Host;
import org.dxos.dmg.libp2p.host.HostConfig;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.sync.link.Federation;
import org.dxos.dmg.sync.link.Links;
import org.dxos.dmg.sync.wire.SyncException;

/** Puts a registry among others. */
final class Federating {

  /** TCP asks at 0, 1 and 3 s: a net that has healed since a dial began is found out in time. */
  private static final Duration DIAL = Duration.ofSeconds(6);

  private static final Duration IDLE = Duration.ofMinutes(10);

  private Federating() {}

  /**
   * Listens for peers, and keeps up with those that are linked.
   *
   * @param keys has the one of the peer id
   * @param listen multiaddrs of IP and TCP
   * @param blocks what is done by bitswap
   * @throws SyncException if an address cannot be listened on
   */
  static Federation start(
      LocalRegistry registry,
      World world,
      KeyRing keys,
      List<String> listen,
      Federation.Blocks blocks) {
    Links links = new Links(registry.store(), world.clock(), world.random());
    try {
      Multiaddr[] addresses = new Multiaddr[listen.size()];
      for (int i = 0; i < addresses.length; i++) {
        addresses[i] = Multiaddr.parse(listen.get(i));
      }
      Host host =
          Host.start(
              HostConfig.of(
                      Identity.ofSeed(keys.peer().seed()),
                      System::nanoTime,
                      world.secure(),
                      world.clock().instant().getEpochSecond())
                  .withTimes(DIAL, IDLE)
                  .listening(addresses));
      Federation federation =
          new Federation(
              host,
              links,
              new Replica(registry),
              new SpacesForPeers(registry.spaces(), keys, world),
              world.clock(),
              blocks);
      registry.spaces().onCommit(federation::committed);
      registry.registrar().onCommit(_ -> federation.committed());
      return federation;
    } catch (IOException e) {
      throw new SyncException(
          ErrorCode.ADDRESS_IN_USE,
          "listen for peers on " + listen + ": " + e.getMessage(),
          "choose another address with --peer-listen, as /ip4/0.0.0.0/tcp/4001",
          e);
    }
  }
}
