package org.dxos.dmg.libp2p.host;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.ResourceLimits;
import org.dxos.dmg.libp2p.yamux.YamuxLimits;

/**
 * How a host is made.
 *
 * @param nanos a clock that never goes back, as {@link System#nanoTime}
 * @param random for keys and for spreading retries
 * @param sequence of the first signed peer record; rises from run to run (seconds of the day's
 *     clock)
 * @param listen addresses of IP and TCP; port 0 takes a free one
 * @param announced addresses told to others instead of those listened on; may be empty
 * @param reserved peers that always find a slot
 * @param dialPrivate whether addresses learnt from peers may be private, link-local or loopback
 * @param perf whether {@code /perf/1.0.0} is served: it spends as much as it is asked to
 * @param dial how long one attempt may take, upgrade and all
 * @param idle after so long without a stream a connection is closed
 */
public record HostConfig(
    Identity identity,
    LongSupplier nanos,
    SecureRandom random,
    long sequence,
    String agent,
    List<Multiaddr> listen,
    List<Multiaddr> announced,
    ResourceLimits limits,
    YamuxLimits yamux,
    ConnectionGater gater,
    Set<PeerId> reserved,
    boolean dialPrivate,
    boolean perf,
    Duration dial,
    Duration idle) {

  public HostConfig {
    listen = List.copyOf(listen);
    announced = List.copyOf(announced);
    reserved = Set.copyOf(reserved);
  }

  /** The standard limits, nothing listened on. */
  public static HostConfig of(
      Identity identity, LongSupplier nanos, SecureRandom random, long sequence) {
    return new HostConfig(
        identity,
        nanos,
        random,
        sequence,
        "dmg-libp2p/0.1.0",
        List.of(),
        List.of(),
        ResourceLimits.standard(),
        YamuxLimits.standard(),
        ConnectionGater.OPEN,
        Set.of(),
        false,
        false,
        Duration.ofSeconds(15),
        Duration.ofMinutes(10));
  }

  public HostConfig listening(Multiaddr... addresses) {
    return new HostConfig(
        identity,
        nanos,
        random,
        sequence,
        agent,
        List.of(addresses),
        announced,
        limits,
        yamux,
        gater,
        reserved,
        dialPrivate,
        perf,
        dial,
        idle);
  }

  public HostConfig withLimits(ResourceLimits newLimits, YamuxLimits newYamux) {
    return new HostConfig(
        identity,
        nanos,
        random,
        sequence,
        agent,
        listen,
        announced,
        newLimits,
        newYamux,
        gater,
        reserved,
        dialPrivate,
        perf,
        dial,
        idle);
  }

  public HostConfig withGater(ConnectionGater newGater) {
    return new HostConfig(
        identity,
        nanos,
        random,
        sequence,
        agent,
        listen,
        announced,
        limits,
        yamux,
        newGater,
        reserved,
        dialPrivate,
        perf,
        dial,
        idle);
  }

  public HostConfig withReserved(Set<PeerId> peers) {
    return new HostConfig(
        identity,
        nanos,
        random,
        sequence,
        agent,
        listen,
        announced,
        limits,
        yamux,
        gater,
        peers,
        dialPrivate,
        perf,
        dial,
        idle);
  }

  public HostConfig withPerf() {
    return new HostConfig(
        identity,
        nanos,
        random,
        sequence,
        agent,
        listen,
        announced,
        limits,
        yamux,
        gater,
        reserved,
        dialPrivate,
        true,
        dial,
        idle);
  }
}
