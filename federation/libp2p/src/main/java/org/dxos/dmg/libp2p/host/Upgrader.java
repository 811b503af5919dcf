package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

  private static final List<String> MUXERS = List.of(YamuxConnection.PROTOCOL);

  private final NoiseUpgrade noise;
  private final ScheduledExecutorService timer;
  private final Duration limit;

  Upgrader(HostConfig config, ScheduledExecutorService timer) {
    this.noise = new NoiseUpgrade(config.identity(), config.random(), MUXERS);
    this.timer = timer;
    this.limit = config.limits().upgrade();
  }

  NoiseUpgrade.Secured dialed(Duplex plain, PeerId expected) throws IOException {
    return within(
        plain,
        () -> {
          Multistream.propose(plain, List.of(NoiseUpgrade.PROTOCOL));
          NoiseUpgrade.Secured secured = noise.initiate(plain, Optional.of(expected));
          if (secured.muxer().isEmpty()) {
            Multistream.propose(secured.channel(), MUXERS);
          }
          return secured;
        });
  }

  NoiseUpgrade.Secured accepted(Duplex plain) throws IOException {
    return within(
        plain,
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

  private NoiseUpgrade.Secured within(Duplex plain, Steps steps) throws IOException {
    AtomicBoolean late = new AtomicBoolean();
    ScheduledFuture<?> watch =
        timer.schedule(
            () -> {
              late.set(true);
              plain.close();
            },
            limit.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      NoiseUpgrade.Secured secured = steps.run();
      if (watch.cancel(false)) {
        return secured;
      }
      throw tooLate();
    } catch (IOException | RuntimeException e) {
      plain.close();
      if (late.get()) {
        throw tooLate();
      }
      throw e;
    } finally {
      watch.cancel(false);
    }
  }

  private Libp2pException tooLate() {
    return new Libp2pException(
        Reason.TIMEOUT, "the connection was not upgraded within " + limit.toMillis() + " ms");
  }
}
