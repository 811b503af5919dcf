package org.dxos.dmg.libp2p.host;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.resource.ResourceLimits;
import org.dxos.dmg.libp2p.yamux.Rate;

/** Inbound connections counted by where they come from, over all sockets listened on. */
final class Neighbourhoods {

  private static final int MOST = 4_096;

  private static final class Neighbourhood {
    final Rate rate;
    int open;

    Neighbourhood(Rate rate) {
      this.rate = rate;
    }
  }

  private final Map<String, Neighbourhood> all = new HashMap<>();
  private final ResourceLimits limits;
  private final LongSupplier nanos;
  private int tidyAt = MOST;

  Neighbourhoods(ResourceLimits limits, LongSupplier nanos) {
    this.limits = limits;
    this.nanos = nanos;
  }

  synchronized void enter(String name) throws Libp2pException {
    long now = nanos.getAsLong();
    if (all.size() >= tidyAt) {
      all.values().removeIf(n -> n.open == 0 && n.rate.full(now));
      // Not again with every newcomer, where a stranger has many addresses.
      tidyAt = Math.max(MOST, 2 * all.size());
    }
    int perSecond = limits.perAddressRate();
    Neighbourhood neighbourhood =
        all.computeIfAbsent(
            name, key -> new Neighbourhood(new Rate(perSecond, 3.0 * perSecond, now)));
    if (neighbourhood.open >= limits.perAddress()) {
      throw new Libp2pException(
          Reason.RESOURCE_LIMIT, neighbourhood.open + " connections from one address are open");
    }
    if (!neighbourhood.rate.take(now)) {
      throw new Libp2pException(
          Reason.FLOOD, "more than " + perSecond + " connections a second from one address");
    }
    neighbourhood.open++;
  }

  synchronized void leave(String name) {
    Neighbourhood neighbourhood = all.get(name);
    if (neighbourhood != null) {
      neighbourhood.open--;
    }
  }
}
