package org.dxos.dmg.libp2p.host;

import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
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
    HostConfig config =
        HostConfig.of(Identity.generate(RANDOM), System::nanoTime, RANDOM, 1)
            .listening(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"));
    return config.withLimits(
        config.limits().withAddressLimits(1_000, 10_000),
        YamuxLimits.standard().withInboundStreams(1_024));
  }

  public static Host start() throws IOException {
    return start(config -> config);
  }

  public static Host start(UnaryOperator<HostConfig> change) throws IOException {
    Host host = Host.start(change.apply(config()));
    host.handle(ECHO, Hosts::echo);
    return host;
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
