package org.dxos.dmg.libp2p.noise;

import java.security.SecureRandom;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.peer.Identity;

/** What of a handshake comes from outside, for the fuzzer. */
public final class NoiseTargets {

  private static final byte[] STATIC_KEY = new byte[Handshake.KEY];
  private static final SecureRandom RANDOM = new SecureRandom();

  private NoiseTargets() {}

  /** A payload that vouches for the static key that {@link #payload} expects. */
  public static byte[] goodPayload(Identity identity) {
    return NoisePayload.seal(identity, STATIC_KEY, List.of("/yamux/1.0.0", "/mplex/6.7.0"));
  }

  public static void payload(byte[] in) throws Libp2pException {
    NoisePayload opened = NoisePayload.open(in, STATIC_KEY);
    if (opened.muxers().size() > 32) {
      throw new AssertionError(opened.muxers().size() + " muxers");
    }
  }

  /** {@code in} as each of the three messages of a handshake. */
  public static void messages(byte[] in) throws Libp2pException {
    Handshake responder = new Handshake(false, RANDOM);
    boolean taken = false;
    try {
      responder.readFirst(in);
      taken = true;
      responder.writeSecond(new byte[0]);
    } catch (Libp2pException refused) {
      // Too short, or a point of small order.
    }
    Handshake initiator = new Handshake(true, RANDOM);
    initiator.writeFirst();
    refused(() -> initiator.readSecond(in));
    if (taken) {
      refused(() -> responder.readThird(in));
    }
  }

  private interface Reading {
    byte[] run() throws Libp2pException;
  }

  // Nobody who does not know the keys can make a message that opens.
  private static void refused(Reading reading) {
    try {
      reading.run();
    } catch (Libp2pException refused) {
      return;
    }
    throw new AssertionError("a message opened that nobody sealed");
  }
}
