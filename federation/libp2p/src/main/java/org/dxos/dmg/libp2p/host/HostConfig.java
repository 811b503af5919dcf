package org.dxos.dmg.libp2p.host;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.resource.ResourceLimits;
import org.dxos.dmg.libp2p.yamux.YamuxLimits;

/**
 * How a host is made: {@link #of} and what should be otherwise, each by a method that returns a
 * changed copy.
 *
 * @param nanos a clock that never goes back, as {@link System#nanoTime}
 * @param random for keys and for spreading retries: a {@code new SecureRandom()} outside of tests
 * @param sequence of the first signed peer record; has to rise from run to run of an identity, so
 *     give the seconds of the day's clock
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

  /**
   * The standard limits, nothing listened on: enough to dial.
   *
   * <pre>{@code
   * SecureRandom random = new SecureRandom();
   * long now = Instant.now().getEpochSecond();
   * HostConfig.of(Identity.generate(random), System::nanoTime, random, now);
   * }</pre>
   *
   * @param identity new ones are made by {@link Identity#generate}; to stay who one is, keep 32
   *     secret bytes and give them to {@link Identity#ofSeed} at each start
   * @param nanos as {@link #nanos}
   * @param random as {@link #random}
   * @param sequence as {@link #sequence}
   */
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

  /** Listens there: {@code /ip4/…/tcp/…} or {@code /ip6/…/tcp/…}. */
  public HostConfig listening(Multiaddr... addresses) {
    return with(draft -> draft.listen = List.of(addresses));
  }

  /** Tells others these addresses instead of those listened on. */
  public HostConfig announcing(Multiaddr... addresses) {
    return with(draft -> draft.announced = List.of(addresses));
  }

  /** The name of the program, as identify tells it. */
  public HostConfig withAgent(String name) {
    return with(draft -> draft.agent = name);
  }

  /** What the host may spend, and what one connection may ask of it. */
  public HostConfig withLimits(ResourceLimits newLimits, YamuxLimits newYamux) {
    return with(
        draft -> {
          draft.limits = newLimits;
          draft.yamux = newYamux;
        });
  }

  /** Who may connect; {@link ConnectionGater#OPEN} unless said. */
  public HostConfig withGater(ConnectionGater newGater) {
    return with(draft -> draft.gater = newGater);
  }

  /** Peers that always find a slot, and whose connections are never closed for being idle. */
  public HostConfig withReserved(Set<PeerId> peers) {
    return with(draft -> draft.reserved = peers);
  }

  /** Dials private addresses too where a peer names them: for a net of one's own. */
  public HostConfig withDialPrivate() {
    return with(draft -> draft.dialPrivate = true);
  }

  /** Serves {@code /perf/1.0.0}: for measuring, among peers that are trusted. */
  public HostConfig withPerf() {
    return with(draft -> draft.perf = true);
  }

  /** How long a dial may take, and a connection may lie idle. */
  public HostConfig withTimes(Duration newDial, Duration newIdle) {
    return with(
        draft -> {
          draft.dial = newDial;
          draft.idle = newIdle;
        });
  }

  private HostConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new HostConfig(
        identity,
        nanos,
        random,
        sequence,
        draft.agent,
        draft.listen,
        draft.announced,
        draft.limits,
        draft.yamux,
        draft.gater,
        draft.reserved,
        draft.dialPrivate,
        draft.perf,
        draft.dial,
        draft.idle);
  }

  private static final class Draft {
    private String agent;
    private List<Multiaddr> listen;
    private List<Multiaddr> announced;
    private ResourceLimits limits;
    private YamuxLimits yamux;
    private ConnectionGater gater;
    private Set<PeerId> reserved;
    private boolean dialPrivate;
    private boolean perf;
    private Duration dial;
    private Duration idle;

    Draft(HostConfig from) {
      agent = from.agent;
      listen = from.listen;
      announced = from.announced;
      limits = from.limits;
      yamux = from.yamux;
      gater = from.gater;
      reserved = from.reserved;
      dialPrivate = from.dialPrivate;
      perf = from.perf;
      dial = from.dial;
      idle = from.idle;
    }
  }
}
