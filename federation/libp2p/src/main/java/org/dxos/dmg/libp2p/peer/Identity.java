package org.dxos.dmg.libp2p.peer;

import java.security.SecureRandom;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** An Ed25519 identity of one's own: it signs, and its seed never leaves it. */
public final class Identity {

  private final byte[] seed;
  private final PublicKey publicKey;

  private Identity(byte[] seed) {
    this.seed = seed;
    byte[] point = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(seed, 0, point, 0);
    this.publicKey = new PublicKey(KeyType.ED25519, point);
  }

  /**
   * The identity whose Ed25519 secret is these 32 bytes: whoever keeps them is the same peer at
   * each start.
   *
   * @throws IllegalArgumentException if there are not 32
   */
  public static Identity ofSeed(byte[] seed) {
    if (seed.length != Ed25519.SECRET_KEY_SIZE) {
      throw new IllegalArgumentException("identity: a seed has 32 bytes, not " + seed.length);
    }
    return new Identity(seed.clone());
  }

  /**
   * A new identity, for this run alone; {@code random} decides how secret it is. One that lasts is
   * made with {@link #ofSeed}.
   */
  public static Identity generate(SecureRandom random) {
    byte[] seed = new byte[Ed25519.SECRET_KEY_SIZE];
    random.nextBytes(seed);
    return new Identity(seed);
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  public PeerId peerId() {
    return publicKey.peerId();
  }

  /** The Ed25519 signature, 64 bytes. */
  public byte[] sign(byte[] message) {
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  @Override
  public String toString() {
    return "identity " + peerId();
  }
}
