package org.dxos.dmg.libp2p.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.HexFormat;
import java.util.List;
import org.dxos.dmg.libp2p.Libp2pException;
import org.dxos.dmg.libp2p.Reason;
import org.dxos.dmg.libp2p.multiaddr.Multiaddr;
import org.junit.jupiter.api.Test;

class PeerTest {

  private static final byte[] MESSAGE = "message".getBytes();

  @Test
  void theIdOfTheSpecificationsEd25519KeyIsAsPrinted() throws Exception {
    PublicKey key =
        PublicKey.decode(
            HexFormat.of()
                .parseHex(
                    "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e"));
    assertEquals(KeyType.ED25519, key.type());
    assertEquals(key.peerId(), PeerId.parse(key.peerId().toString()));
    assertEquals(key.peerId(), PeerId.parse(key.peerId().toCid()));
    assertTrue(key.peerId().toString().startsWith("12D3KooW"));
  }

  @Test
  void anInlineIdAndItsCidNameTheSamePeer() throws Exception {
    PeerId id = PeerId.parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
    assertEquals(id, PeerId.parse("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe"));
    assertEquals("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe", id.toCid());
  }

  @Test
  void rsaAndEcdsaSignaturesAreVerifiedAndWeakKeysRefused() throws Exception {
    check("RSA", 2_048, "SHA256withRSA", KeyType.RSA, true);
    check("RSA", 1_024, "SHA256withRSA", KeyType.RSA, false);
    check("EC", 256, "SHA256withECDSA", KeyType.ECDSA, true);
  }

  /** A peer that chooses such a key would have us work for each of its handshakes. */
  @Test
  void anRsaKeyThatIsSlowToVerifyIsRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(
        new RSAKeyGenParameterSpec(2_048, BigInteger.TWO.pow(200).add(BigInteger.valueOf(235))));
    var pair = generator.generateKeyPair();
    Signature signer = Signature.getInstance("SHA256withRSA");
    signer.initSign(pair.getPrivate());
    signer.update(MESSAGE);
    byte[] signature = signer.sign();
    PublicKey key = new PublicKey(KeyType.RSA, pair.getPublic().getEncoded());
    assertFalse(key.verifies(MESSAGE, signature));
  }

  private static void check(String kind, int bits, String scheme, KeyType type, boolean taken)
      throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
    generator.initialize(bits);
    var pair = generator.generateKeyPair();
    Signature signer = Signature.getInstance(scheme);
    signer.initSign(pair.getPrivate());
    signer.update(MESSAGE);
    byte[] signature = signer.sign();
    PublicKey key = new PublicKey(type, pair.getPublic().getEncoded());
    assertEquals(taken, key.verifies(MESSAGE, signature));
    signature[signature.length - 1] ^= 1;
    assertFalse(key.verifies(MESSAGE, signature));
  }

  @Test
  void aVoidKeyVerifiesNothing() {
    for (KeyType type : KeyType.values()) {
      assertFalse(new PublicKey(type, new byte[33]).verifies(MESSAGE, new byte[64]), type.name());
    }
  }

  @Test
  void aRecordOpensAsItWasSealedAndNotAfterAChange() throws Exception {
    Identity identity = Identity.ofSeed(new byte[32]);
    PeerRecord record =
        new PeerRecord(identity.peerId(), 7, List.of(Multiaddr.parse("/ip4/1.2.3.4/tcp/5")));
    byte[] sealed = record.seal(identity);
    assertEquals(record, PeerRecord.open(sealed));
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 0x01;
      assertThrows(Libp2pException.class, () -> PeerRecord.open(changed), "byte " + i);
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            record.seal(
                Identity.ofSeed(
                    new byte[] {
                      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                      1, 1, 1, 1, 1, 1
                    })));
  }

  @Test
  void anUnknownKindOfKeyIsRefused() {
    Libp2pException why =
        assertThrows(
            Libp2pException.class, () -> PublicKey.decode(HexFormat.of().parseHex("0809120100")));
    assertEquals(Reason.PEER_IDENTITY, why.reason());
  }
}
