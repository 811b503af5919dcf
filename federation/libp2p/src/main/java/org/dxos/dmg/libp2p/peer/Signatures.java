package org.dxos.dmg.libp2p.peer;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Verification by kind of key. Every failure, of whatever kind, is a plain no. */
final class Signatures {

  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256k1");
  private static final ECDomainParameters SECP256K1 =
      new ECDomainParameters(CURVE.getCurve(), CURVE.getG(), CURVE.getN(), CURVE.getH());
  private static final int MIN_RSA_BITS = 2_048;
  private static final int MAX_RSA_BITS = 8_192;
  // 65,537 is what everybody uses; verifying by a long one takes a hundred times as long.
  private static final int MAX_RSA_EXPONENT_BITS = 32;

  private Signatures() {}

  static boolean ed25519(byte[] key, byte[] message, byte[] signature) {
    return key.length == Ed25519.PUBLIC_KEY_SIZE
        && signature.length == Ed25519.SIGNATURE_SIZE
        && Ed25519.verify(signature, 0, key, 0, message, 0, message.length);
  }

  static boolean secp256k1(byte[] key, byte[] message, byte[] signature) {
    try {
      ECDSASigner signer = new ECDSASigner();
      signer.init(
          false, new ECPublicKeyParameters(SECP256K1.getCurve().decodePoint(key), SECP256K1));
      BigInteger[] rs = StandardDSAEncoding.INSTANCE.decode(SECP256K1.getN(), signature);
      return signer.verifySignature(sha256(message), rs[0], rs[1]);
    } catch (IllegalArgumentException | IOException e) {
      return false;
    }
  }

  static boolean x509(
      String algorithm, String scheme, byte[] key, byte[] message, byte[] signature) {
    try {
      PublicKey parsed =
          KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(key));
      if (!fits(parsed)) {
        return false;
      }
      Signature verifier = Signature.getInstance(scheme);
      verifier.initVerify(parsed);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean fits(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> {
        int bits = rsa.getModulus().bitLength();
        yield bits >= MIN_RSA_BITS
            && bits <= MAX_RSA_BITS
            && rsa.getPublicExponent().bitLength() <= MAX_RSA_EXPONENT_BITS;
      }
      case ECPublicKey ec -> ec.getParams().getCurve().getField().getFieldSize() >= 256;
      default -> false;
    };
  }

  static byte[] sha256(byte[] message) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
