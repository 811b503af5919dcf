package org.dxos.dmg.libp2p.host;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.PeerId;

/**
 * How long not to dial a peer that could not be dialled: 1 s, doubled to 5 minutes, spread by half.
 * An address that was not among those tried is not waited for.
 */
final class Backoff {

  private static final long FIRST = 1_000_000_000L;
  private static final long MOST = 300_000_000_000L;
  private static final int REMEMBERED = 1_024;

  private record Wait(long until, long step, Set<Multiaddr> tried) {}

  private final Map<PeerId, Wait> waits = new LinkedHashMap<>();
  private final LongSupplier nanos;
  private final RandomGenerator random;

  Backoff(LongSupplier nanos, RandomGenerator random) {
    this.nanos = nanos;
    this.random = random;
  }

  synchronized void check(PeerId peer, Collection<Multiaddr> addresses) throws Libp2pException {
    Wait wait = waits.get(peer);
    if (wait != null && wait.until - nanos.getAsLong() > 0 && wait.tried.containsAll(addresses)) {
      throw new Libp2pException(
          Reason.DIAL_BACKOFF,
          "dial: "
              + peer
              + " failed lately; again in "
              + (wait.until - nanos.getAsLong()) / 1_000_000
              + " ms");
    }
  }

  synchronized void failed(PeerId peer, Collection<Multiaddr> addresses) {
    Wait before = waits.remove(peer);
    long step = before == null ? FIRST : Math.min(MOST, before.step * 2);
    long spread = step / 2 + random.nextLong(step / 2 + 1);
    waits.put(peer, new Wait(nanos.getAsLong() + spread, step, Set.copyOf(addresses)));
    if (waits.size() > REMEMBERED) {
      waits.remove(waits.keySet().iterator().next());
    }
  }

  synchronized void worked(PeerId peer) {
    waits.remove(peer);
  }
}
