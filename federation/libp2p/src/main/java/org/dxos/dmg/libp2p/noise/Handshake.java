package org.dxos.dmg.libp2p.noise;

import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/**
 * Noise XX, bytes in and bytes out, without any input or output: {@code e}, then {@code e, ee, s,
 * es}, then {@code s, se}. The caller knows whose turn it is.
 */
final class Handshake {

  static final int KEY = 32;

  private final SymmetricState state = new SymmetricState();
  private final boolean initiator;
  private final byte[] staticSecret;
  private final byte[] staticPublic;
  private final byte[] ephemeralSecret;
  private final byte[] ephemeralPublic;
  private byte[] remoteEphemeral = new byte[0];
  private byte[] remoteStatic = new byte[0];

  Handshake(boolean initiator, SecureRandom random) {
    this.initiator = initiator;
    staticSecret = secret(random);
    staticPublic = point(staticSecret);
    ephemeralSecret = secret(random);
    ephemeralPublic = point(ephemeralSecret);
  }

  byte[] staticPublic() {
    return staticPublic.clone();
  }

  /** Known once message 2 (to the initiator) or 3 (to the responder) is read. */
  byte[] remoteStatic() {
    return remoteStatic.clone();
  }

  byte[] writeFirst() throws Libp2pException {
    state.mixHash(ephemeralPublic);
    return join(ephemeralPublic, state.encryptAndHash(new byte[0]));
  }

  void readFirst(byte[] message) throws Libp2pException {
    need(message, KEY);
    remoteEphemeral = Arrays.copyOf(message, KEY);
    state.mixHash(remoteEphemeral);
    state.decryptAndHash(Arrays.copyOfRange(message, KEY, message.length));
  }

  byte[] writeSecond(byte[] payload) throws Libp2pException {
    state.mixHash(ephemeralPublic);
    state.mixKey(agree(ephemeralSecret, remoteEphemeral));
    byte[] sealed = state.encryptAndHash(staticPublic);
    state.mixKey(agree(staticSecret, remoteEphemeral));
    return join(ephemeralPublic, sealed, state.encryptAndHash(payload));
  }

  byte[] readSecond(byte[] message) throws Libp2pException {
    need(message, KEY + KEY + CipherState.TAG);
    remoteEphemeral = Arrays.copyOf(message, KEY);
    state.mixHash(remoteEphemeral);
    state.mixKey(agree(ephemeralSecret, remoteEphemeral));
    int end = KEY + KEY + CipherState.TAG;
    remoteStatic = state.decryptAndHash(Arrays.copyOfRange(message, KEY, end));
    state.mixKey(agree(ephemeralSecret, remoteStatic));
    return state.decryptAndHash(Arrays.copyOfRange(message, end, message.length));
  }

  byte[] writeThird(byte[] payload) throws Libp2pException {
    byte[] sealed = state.encryptAndHash(staticPublic);
    state.mixKey(agree(staticSecret, remoteEphemeral));
    return join(sealed, state.encryptAndHash(payload));
  }

  byte[] readThird(byte[] message) throws Libp2pException {
    int end = KEY + CipherState.TAG;
    need(message, end);
    remoteStatic = state.decryptAndHash(Arrays.copyOf(message, end));
    state.mixKey(agree(ephemeralSecret, remoteStatic));
    return state.decryptAndHash(Arrays.copyOfRange(message, end, message.length));
  }

  /** The cipher for sending, then the one for receiving. */
  CipherState[] split() {
    CipherState[] ciphers = state.split();
    return initiator ? ciphers : new CipherState[] {ciphers[1], ciphers[0]};
  }

  private static byte[] secret(SecureRandom random) {
    byte[] secret = new byte[KEY];
    X25519.generatePrivateKey(random, secret);
    return secret;
  }

  private static byte[] point(byte[] secret) {
    byte[] point = new byte[KEY];
    X25519.generatePublicKey(secret, 0, point, 0);
    return point;
  }

  private static byte[] agree(byte[] secret, byte[] point) throws Libp2pException {
    byte[] shared = new byte[KEY];
    // False where the outcome is all zeros: a point of small order, chosen to know the key
    // beforehand.
    if (!X25519.calculateAgreement(secret, 0, point, 0, shared, 0)) {
      throw new Libp2pException(Reason.CRYPTO, "noise: the key agreement is void");
    }
    return shared;
  }

  private static void need(byte[] message, int least) throws Libp2pException {
    if (message.length < least) {
      throw new Libp2pException(
          Reason.CRYPTO,
          "noise: a handshake message of "
              + message.length
              + " bytes, at least "
              + least
              + " expected");
    }
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }
}
