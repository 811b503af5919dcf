package org.dxos.dmg.libp2p.noise;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.peer.Identity;
import org.dxos.dmg.libp2p.peer.PeerId;
import org.dxos.dmg.libp2p.peer.PublicKey;
import org.dxos.dmg.libp2p.wire.Duplex;

/**
 * Makes a secured channel out of a plain one. Its caller sets the deadline, by closing the plain
 * one.
 */
public final class NoiseUpgrade {

  public static final String PROTOCOL = "/noise";

  private final Identity identity;
  private final SecureRandom random;
  private final List<String> muxers;

  /**
   * @param muxers offered in the handshake, the best liked first
   */
  public NoiseUpgrade(Identity identity, SecureRandom random, List<String> muxers) {
    this.identity = identity;
    this.random = random;
    this.muxers = List.copyOf(muxers);
  }

  /**
   * A secured channel and who is at its other end.
   *
   * @param muxer agreed in the handshake; empty: negotiate it inside
   */
  public record Secured(Duplex channel, PublicKey remoteKey, Optional<String> muxer) {
    public PeerId remote() {
      return remoteKey.peerId();
    }
  }

  /**
   * As the dialer.
   *
   * @throws Libp2pException PEER_IDENTITY if the other end is not {@code expected}, CRYPTO
   */
  public Secured initiate(Duplex plain, Optional<PeerId> expected) throws IOException {
    Handshake handshake = new Handshake(true, random);
    send(plain, handshake.writeFirst());
    byte[] sealed = handshake.readSecond(receive(plain.in()));
    NoisePayload theirs = NoisePayload.open(sealed, handshake.remoteStatic());
    check(theirs, expected);
    send(plain, handshake.writeThird(payload(handshake)));
    return secured(plain, handshake, theirs, muxers, theirs.muxers());
  }

  /** As the listener. @throws Libp2pException PEER_IDENTITY, CRYPTO */
  public Secured respond(Duplex plain, Optional<PeerId> expected) throws IOException {
    Handshake handshake = new Handshake(false, random);
    handshake.readFirst(receive(plain.in()));
    send(plain, handshake.writeSecond(payload(handshake)));
    byte[] sealed = handshake.readThird(receive(plain.in()));
    NoisePayload theirs = NoisePayload.open(sealed, handshake.remoteStatic());
    check(theirs, expected);
    return secured(plain, handshake, theirs, theirs.muxers(), muxers);
  }

  private byte[] payload(Handshake handshake) {
    return NoisePayload.seal(identity, handshake.staticPublic(), muxers);
  }

  private void check(NoisePayload theirs, Optional<PeerId> expected) throws Libp2pException {
    PeerId found = theirs.key().peerId();
    if (expected.isPresent() && !expected.get().equals(found)) {
      throw new Libp2pException(
          Reason.PEER_IDENTITY, "noise: the other end is " + found + ", not " + expected.get());
    }
    if (found.equals(identity.peerId())) {
      throw new Libp2pException(Reason.PEER_IDENTITY, "noise: the other end is oneself");
    }
  }

  private static Secured secured(
      Duplex plain,
      Handshake handshake,
      NoisePayload theirs,
      List<String> initiators,
      List<String> responders) {
    Optional<String> muxer = initiators.stream().filter(responders::contains).findFirst();
    CipherState[] ciphers = handshake.split();
    return new Secured(new NoiseChannel(plain, ciphers[0], ciphers[1]), theirs.key(), muxer);
  }

  private static void send(Duplex plain, byte[] message) throws IOException {
    byte[] framed = new byte[message.length + 2];
    framed[0] = (byte) (message.length >> 8);
    framed[1] = (byte) message.length;
    System.arraycopy(message, 0, framed, 2, message.length);
    plain.out().write(framed);
    plain.out().flush();
  }

  private static byte[] receive(InputStream in) throws IOException {
    int high = in.read();
    int low = in.read();
    if (high < 0 || low < 0) {
      throw new Libp2pException(
          Reason.REMOTE_CLOSED, "noise: the other end closed within the handshake");
    }
    byte[] message = in.readNBytes(high << 8 | low);
    if (message.length < (high << 8 | low)) {
      throw new EOFException("noise: a handshake message ended early");
    }
    return message;
  }
}
