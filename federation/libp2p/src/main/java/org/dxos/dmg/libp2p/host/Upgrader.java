package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multistream.Multistream;
import org.dxos.dmg.libp2p.noise.NoiseUpgrade;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.wire.Duplex;
import org.dxos.dmg.libp2p.yamux.YamuxConnection;

/**
 * From plain bytes to a secured channel that agreed on yamux, within one absolute deadline: a peer
 * that drips a byte now and then gains nothing by it.
 */
final class Upgrader {

  private static final Duration DAWDLES = Duration.ofSeconds(1);
  private static final List<String> MUXERS = List.of(YamuxConnection.PROTOCOL);

  private final NoiseUpgrade noise;
  private final LongSupplier nanos;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
  private final Duration limit;

  Upgrader(HostConfig config) {
    this.noise = new NoiseUpgrade(config.identity(), config.random(), MUXERS);
    this.nanos = config.nanos();
    this.limit = config.limits().upgrade();
  }

  NoiseUpgrade.Secured dialed(Duplex plain, PeerId expected, Duration patience) throws IOException {
    return within(
        plain,
        false,
        () -> {},
        patience,
        () -> {
          Multistream.propose(plain, List.of(NoiseUpgrade.PROTOCOL));
          NoiseUpgrade.Secured secured = noise.initiate(plain, Optional.of(expected));
          if (secured.muxer().isEmpty()) {
            Multistream.propose(secured.channel(), MUXERS);
          }
          return secured;
        });
  }

  /**
   * @param freed run at once where the upgrade is given up, before its thread notices
   */
  NoiseUpgrade.Secured accepted(Duplex plain, Runnable freed) throws IOException {
    return within(
        plain,
        true,
        freed,
        limit,
        () -> {
          Multistream.answer(plain, NoiseUpgrade.PROTOCOL::equals);
          NoiseUpgrade.Secured secured = noise.respond(plain, Optional.empty());
          if (secured.muxer().isEmpty()) {
            Multistream.answer(secured.channel(), MUXERS::contains);
          }
          return secured;
        });
  }

  private interface Steps {
    NoiseUpgrade.Secured run() throws IOException;
  }

  /** An upgrade under way: either it is done in time, or the clock ends it; never both. */
  private static final class Watch {
    private final Duplex plain;
    private final boolean inbound;
    private final Runnable freed;
    private final long begun;
    private final long deadline;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean late;

    Watch(Duplex plain, boolean inbound, Runnable freed, long begun, long deadline) {
      this.plain = plain;
      this.freed = freed;
      this.inbound = inbound;
      this.begun = begun;
      this.deadline = deadline;
    }

    void giveUp() {
      if (over.compareAndSet(false, true)) {
        late = true;
        plain.close();
        freed.run();
      }
    }
  }

  private NoiseUpgrade.Secured within(
      Duplex plain, boolean inbound, Runnable freed, Duration patience, Steps steps)
      throws IOException {
    long now = nanos.getAsLong();
    Duration least = patience.compareTo(limit) < 0 ? patience : limit;
    Watch watch = new Watch(plain, inbound, freed, now, now + least.toNanos());
    watches.add(watch);
    try {
      NoiseUpgrade.Secured secured = steps.run();
      if (watch.over.compareAndSet(false, true)) {
        return secured;
      }
      throw tooLate(least);
    } catch (IOException | RuntimeException e) {
      plain.close();
      if (watch.late) {
        throw tooLate(least);
      }
      throw e;
    } finally {
      watches.remove(watch);
    }
  }

  /** Looks at the clock: several times a second. */
  void tick() {
    long now = nanos.getAsLong();
    for (Watch watch : watches) {
      if (now - watch.deadline >= 0) {
        watch.giveUp();
      }
    }
  }

  /**
   * Gives up the inbound upgrade that is the oldest, if an honest one would long be done: where all
   * places are about to be taken, who dawdles leaves first.
   */
  void yieldOldest() {
    long now = nanos.getAsLong();
    watches.stream()
        .filter(watch -> watch.inbound && now - watch.begun > DAWDLES.toNanos())
        .max(Comparator.comparingLong(watch -> now - watch.begun))
        .ifPresent(Watch::giveUp);
  }

  private static Libp2pException tooLate(Duration limit) {
    return new Libp2pException(
        Reason.TIMEOUT, "the connection was not upgraded within " + limit.toMillis() + " ms");
  }
}
