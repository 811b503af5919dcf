package org.dxos.dmg.libp2p.noise;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.dxos.dmg.libp2p.Libp2pException;

/** The running hash and chaining key of a handshake (Noise 5.2). */
final class SymmetricState {

  // Exactly 32 bytes, so it is the first hash itself, unhashed.
  private static final byte[] NAME =
      "Noise_XX_25519_ChaChaPoly_SHA256".getBytes(StandardCharsets.US_ASCII);

  private byte[] hash = NAME.clone();
  private byte[] chainingKey = NAME.clone();
  private Optional<CipherState> cipher = Optional.empty();

  SymmetricState() {
    mixHash(new byte[0]); // the empty prologue counts
  }

  void mixHash(byte[] data) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(hash);
      hash = digest.digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  void mixKey(byte[] material) {
    byte[][] keys = derive(material);
    chainingKey = keys[0];
    cipher = Optional.of(new CipherState(keys[1]));
  }

  byte[] encryptAndHash(byte[] plain) throws Libp2pException {
    byte[] sent = plain;
    if (cipher.isPresent()) {
      sent = new byte[plain.length + CipherState.TAG];
      cipher.get().encrypt(hash, plain, 0, plain.length, sent, 0);
    }
    mixHash(sent);
    return sent;
  }

  byte[] decryptAndHash(byte[] received) throws Libp2pException {
    byte[] plain = received;
    if (cipher.isPresent()) {
      byte[] room = new byte[received.length];
      int length = cipher.get().decrypt(hash, received, 0, received.length, room, 0);
      plain = Arrays.copyOf(room, length);
    }
    mixHash(received);
    return plain;
  }

  /** The ciphers of the transport: the initiator's for sending, then the responder's. */
  CipherState[] split() {
    byte[][] keys = derive(new byte[0]);
    return new CipherState[] {new CipherState(keys[0]), new CipherState(keys[1])};
  }

  /** HKDF with two outputs (Noise 4.3). */
  private byte[][] derive(byte[] material) {
    byte[] temporary = hmac(chainingKey, material);
    byte[] first = hmac(temporary, new byte[] {1});
    byte[] tail = Arrays.copyOf(first, first.length + 1);
    tail[first.length] = 2;
    return new byte[][] {first, hmac(temporary, tail)};
  }

  private static byte[] hmac(byte[] key, byte[] data) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
