package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.yamux.YamuxLimits;

/** Hosts for tests: on loopback, with room for many connections from there. */
public final class Hosts {

  public static final String ECHO = "/dmg/echo/1.0.0";
  public static final SecureRandom RANDOM = new SecureRandom();

  private Hosts() {}

  public static HostConfig config() throws IOException {
    return config(System::nanoTime);
  }

  public static HostConfig config(LongSupplier clock) throws IOException {
    HostConfig config =
        HostConfig.of(Identity.generate(RANDOM), clock, RANDOM, 1)
            .listening(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"));
    return config.withLimits(
        config.limits().withAddressLimits(1_000, 10_000),
        YamuxLimits.standard().withInboundStreams(1_024));
  }

  public static Host start() throws IOException {
    return start(config -> config);
  }

  public static Host start(UnaryOperator<HostConfig> change) throws IOException {
    return start(change.apply(config()));
  }

  public static Host start(HostConfig config) throws IOException {
    Host host = Host.start(config);
    host.handle(ECHO, Hosts::echo);
    return host;
  }

  /** Looks again, a little apart, for ten seconds. */
  public static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within ten seconds: " + what);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** What may become true. */
  public interface Condition {
    boolean holds() throws Exception;
  }

  /** Bytes of this heap in use, once what nobody holds is gone. */
  public static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /**
   * Bytes by which the heap has grown since it held {@code before}: looked at until they are at
   * most {@code most}, for ten seconds, because what a deadline or a thread that is ending still
   * refers to goes a little later than the connection that it belonged to.
   */
  public static long grown(long before, long most) {
    long end = System.nanoTime() + 10_000_000_000L;
    long grown = heap() - before;
    while (grown > most && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(200_000_000);
      grown = heap() - before;
    }
    return grown;
  }

  private static void echo(Stream stream) throws IOException {
    InputStream in = stream.in();
    byte[] buffer = new byte[16_384];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      stream.out().write(buffer, 0, n);
    }
    stream.closeWrite();
  }
}
