package org.dxos.dmg.trust;

import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** An Ed25519 private key: its seed of 32 bytes. Signatures are deterministic (RFC 8032). */
public final class SigningKey {

  public static final int SEED_BYTES = 32;

  private final byte[] seed;
  private final byte[] expandedPublic;
  private final PublicKey publicKey;

  private SigningKey(byte[] seed) {
    this.seed = seed;
    this.expandedPublic = new byte[Ed25519.PUBLIC_KEY_SIZE];
    Ed25519.generatePublicKey(seed, 0, expandedPublic, 0);
    this.publicKey = PublicKey.of(expandedPublic);
  }

  /** The key with this seed, which the caller took from a secure source. */
  public static SigningKey ofSeed(byte[] seed) {
    if (seed.length != SEED_BYTES) {
      throw new FormatException(
          ErrorCode.BODY_INVALID,
          "read private key: seed of " + seed.length + " bytes, expected " + SEED_BYTES);
    }
    return new SigningKey(seed.clone());
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  /** The seed, a copy: for the key file, and for nothing else. */
  public byte[] seed() {
    return seed.clone();
  }

  /** The 64 bytes of the signature over {@code message}. */
  public byte[] sign(byte[] message) {
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    Ed25519.sign(seed, 0, expandedPublic, 0, message, 0, message.length, signature, 0);
    return signature;
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return "SigningKey of " + publicKey;
  }
}
