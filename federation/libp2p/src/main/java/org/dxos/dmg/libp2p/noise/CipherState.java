package org.dxos.dmg.libp2p.noise;

import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;

/**
 * A key and its count of messages, for one direction and one thread at a time. The JDK's cipher is
 * taken: it is some fifteen times faster than BouncyCastle's.
 */
final class CipherState {

  static final int TAG = 16;
  private static final long MAX_MESSAGES = 1L << 62;

  private final Cipher cipher;
  private final Key key;
  private long counter;

  CipherState(byte[] key) {
    this.key = new SecretKeySpec(key, "ChaCha20");
    try {
      this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has ChaCha20-Poly1305", e);
    }
  }

  /** Encrypts into {@code out}; returns how many bytes it wrote: length + 16. */
  int encrypt(byte[] associated, byte[] in, int from, int length, byte[] out, int at)
      throws Libp2pException {
    try {
      start(Cipher.ENCRYPT_MODE, associated);
      return cipher.doFinal(in, from, length, out, at);
    } catch (GeneralSecurityException e) {
      throw new Libp2pException(Reason.CRYPTO, "noise: a message could not be encrypted", e);
    }
  }

  /** Decrypts into {@code out}; returns how many bytes it wrote: length - 16. */
  int decrypt(byte[] associated, byte[] in, int from, int length, byte[] out, int at)
      throws Libp2pException {
    if (length < TAG) {
      throw new Libp2pException(
          Reason.CRYPTO, "noise: a message of " + length + " bytes has no tag");
    }
    try {
      start(Cipher.DECRYPT_MODE, associated);
      return cipher.doFinal(in, from, length, out, at);
    } catch (GeneralSecurityException e) {
      throw new Libp2pException(
          Reason.CRYPTO, "noise: message " + (counter - 1) + " does not decrypt", e);
    }
  }

  // Noise 5.1 and 12.3: four zero bytes, then the counter in little-endian order.
  private void start(int mode, byte[] associated) throws GeneralSecurityException, Libp2pException {
    if (counter == MAX_MESSAGES) {
      throw new Libp2pException(Reason.CRYPTO, "noise: the key has been used to its end");
    }
    byte[] nonce = new byte[12];
    for (int i = 0; i < 8; i++) {
      nonce[4 + i] = (byte) (counter >>> (8 * i));
    }
    counter++;
    cipher.init(mode, key, new IvParameterSpec(nonce));
    if (associated.length > 0) {
      cipher.updateAAD(associated);
    }
  }
}
