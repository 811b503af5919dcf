package org.dxos.dmg.node.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.dxos.dmg.error.ErrorCode;

/**
 * How many of something one client may have at a time, so that one who asks much leaves places to
 * others. A client is an IPv4 address, or the first 56 bits of an IPv6 address, which is what one
 * household is given. Who asks from this machine is not counted: it is the operator, or a proxy
 * that speaks for many and has limits of its own.
 *
 * <p>Safe for many threads.
 */
final class ClientShare {

  private static final int IPV6_PREFIX_BYTES = 7;

  private final int atOnce;
  private final ConcurrentHashMap<String, Integer> running = new ConcurrentHashMap<>();

  /**
   * @param atOnce places of one client
   */
  ClientShare(int atOnce) {
    this.atOnce = atOnce;
  }

  /**
   * Does some work in one of the client's places.
   *
   * @throws NodeException with {@link ErrorCode#BUSY} if all of them are taken
   */
  <T> T in(InetAddress client, Supplier<T> work) {
    if (client.isLoopbackAddress()) {
      return work.get();
    }
    String name = name(client);
    int taken = running.merge(name, 1, Integer::sum);
    try {
      if (taken > atOnce) {
        throw new NodeException(
            ErrorCode.BUSY,
            "run query: " + atOnce + " of this client are running",
            "wait for their answers");
      }
      return work.get();
    } finally {
      running.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  private static String name(InetAddress client) {
    byte[] address = client.getAddress();
    return HexFormat.of()
        .formatHex(
            client instanceof Inet6Address ? Arrays.copyOf(address, IPV6_PREFIX_BYTES) : address);
  }

  /** Clients that have something running. */
  int clients() {
    return running.size();
  }
}
