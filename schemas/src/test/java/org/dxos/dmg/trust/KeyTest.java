package org.dxos.dmg.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class KeyTest {

  /** y of the points of small order, and the spellings of two of them that are not reduced. */
  private static final List<String> WEAK_Y =
      List.of(
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

  /** Fourteen: each y with either sign. */
  static List<byte[]> weakKeys() {
    List<byte[]> keys = new ArrayList<>();
    for (String y : WEAK_Y) {
      byte[] plain = HexFormat.of().parseHex(y);
      byte[] signed = plain.clone();
      signed[31] |= (byte) 0x80;
      keys.add(plain);
      keys.add(signed);
    }
    return keys;
  }

  @Test
  void whatWasFoundGoodOnceSaysNothingOfAnotherMessageKeyOrSignature() {
    byte[] message = {1, 2, 3};
    byte[] signature = Examples.OWNER.sign(message);
    PublicKey key = Examples.OWNER.publicKey();
    for (int again = 0; again < 2; again++) {
      assertTrue(key.verifies(message, signature));
      assertFalse(key.verifies(new byte[] {1, 2, 4}, signature));
      assertFalse(Examples.HEAD.publicKey().verifies(message, signature));
      for (int bit = 0; bit < 8 * signature.length; bit++) {
        byte[] other = signature.clone();
        other[bit / 8] ^= (byte) (1 << (bit % 8));
        assertFalse(key.verifies(message, other), "bit " + bit);
      }
    }
    // Arrays that were verified stay the caller's.
    message[0] = 9;
    assertFalse(key.verifies(message, signature));
  }

  @ParameterizedTest
  @MethodSource("weakKeys")
  void aPointOfSmallOrderIsRefusedWhereverAKeyEnters(byte[] weak) {
    assertWeak(() -> PublicKey.of(weak));
    assertWeak(
        () -> new AuthorityEntry.Home(Examples.HEAD.publicKey(), new PeerId(weak), List.of()));
    Node key = Node.of(weak);
    assertWeak(() -> Body.decode(change(Examples.yank(), "key", key)));
    assertWeak(
        () -> Body.decode(change(Examples.genesis(), "signers", new Node.Array(List.of(key)))));
    Node.Map genesis = (Node.Map) DagCbor.decode(Examples.genesis().encode());
    Node set = new Node.Map(Map.of("threshold", Node.of(1), "keys", new Node.Array(List.of(key))));
    assertWeak(() -> Body.decode(change(Examples.genesis(), "owners", set)));
    assertWeak(() -> Body.decode(change(Examples.genesis(), "recovery", set)));
    Node home = with((Node.Map) genesis.entries().get("home"), "headKey", key);
    assertWeak(() -> Body.decode(change(Examples.genesis(), "home", home)));
    Node peer =
        with(
            (Node.Map) genesis.entries().get("home"),
            "peer",
            Node.of(new PeerId(weak).multihash()));
    assertWeak(() -> Body.decode(change(Examples.genesis(), "home", peer)));
    for (String list : List.of("delegates", "revoked")) {
      Body body = list.equals("delegates") ? Examples.genesis() : Examples.second();
      Node.Map one =
          (Node.Map)
              ((Node.Array) ((Node.Map) DagCbor.decode(body.encode())).entries().get(list))
                  .items()
                  .getFirst();
      Node changed = new Node.Array(List.of(with(one, "key", key)));
      assertWeak(() -> Body.decode(change(body, list, changed)));
    }
    Node.Map signature = new Node.Map(Map.of("key", key, "sig", Node.of(new byte[64])));
    assertWeak(() -> Envelope.decode(envelope(new Node.Array(List.of(signature)))));
  }

  private static void assertWeak(org.junit.jupiter.api.function.Executable entering) {
    assertEquals(ErrorCode.KEY_WEAK, assertThrows(FormatException.class, entering).code());
  }

  private static Node.Map with(Node.Map map, String field, Node value) {
    Map<String, Node> entries = new LinkedHashMap<>(map.entries());
    entries.put(field, value);
    return new Node.Map(entries);
  }

  private static byte[] change(Body body, String field, Node value) {
    return DagCbor.encode(with((Node.Map) DagCbor.decode(body.encode()), field, value));
  }

  private static byte[] envelope(Node signatures) {
    return DagCbor.encode(
        new Node.Map(
            Map.of("v", Node.of(1), "body", Node.of(Examples.link("x")), "sigs", signatures)));
  }

  /** Nineteen values of y are not reduced; beside the two of small order none is a key either. */
  @Test
  void aKeyIsSpelledInOneWay() {
    for (int low = 0xed; low <= 0xff; low++) {
      byte[] key = new byte[32];
      Arrays.fill(key, (byte) 0xff);
      key[0] = (byte) low;
      key[31] = 0x7f;
      assertThrows(FormatException.class, () -> PublicKey.of(key));
      key[31] = (byte) 0xff;
      assertThrows(FormatException.class, () -> PublicKey.of(key));
    }
  }

  @Test
  void aKeyHas32BytesOnTheCurve() {
    for (int size : new int[] {0, 31, 33, 64}) {
      assertThrows(FormatException.class, () -> PublicKey.of(new byte[size]));
      assertThrows(FormatException.class, () -> SigningKey.ofSeed(new byte[size]));
    }
    byte[] none = new byte[32];
    none[0] = 2;
    assertThrows(FormatException.class, () -> PublicKey.of(none));
  }

  /** RFC 8032, section 7.1, test 2. */
  @Test
  void signingIsThatOfTheRfc() {
    SigningKey key =
        SigningKey.ofSeed(
            HexFormat.of()
                .parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
    assertEquals(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        key.publicKey().toString());
    assertEquals(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        HexFormat.of().formatHex(key.sign(new byte[] {0x72})));
    assertFalse(key.toString().contains("4ccd089b"));
  }

  @Test
  void everyWycheproofVectorVerifiesAsItIsFlagged(TestReporter reporter) {
    Path path =
        Path.of(System.getProperty("dmg.testdata", ""), "vectors", "wycheproof-ed25519.json");
    assumeTrue(Files.exists(path), "no test data: set -Ddmg.testdata to the folder of `vectors`");
    int valid = 0;
    int invalid = 0;
    for (JsonNode group : new JsonMapper().readTree(path.toFile()).get("testGroups")) {
      PublicKey key =
          PublicKey.of(HexFormat.of().parseHex(group.get("publicKey").get("pk").stringValue()));
      for (JsonNode test : group.get("tests")) {
        boolean expected = test.get("result").stringValue().equals("valid");
        byte[] message = HexFormat.of().parseHex(test.get("msg").stringValue());
        byte[] signature = HexFormat.of().parseHex(test.get("sig").stringValue());
        assertEquals(expected, key.verifies(message, signature), "case " + test.get("tcId"));
        if (expected) {
          valid++;
        } else {
          invalid++;
        }
      }
    }
    assertEquals(88, valid);
    assertEquals(63, invalid);
    reporter.publishEntry("wycheproof", valid + " valid, " + invalid + " invalid");
  }

  @Test
  void noBitOfASignatureOrItsMessageCanBeFlipped() {
    byte[] message = "message".getBytes(StandardCharsets.US_ASCII);
    byte[] signature = Examples.OWNER.sign(message);
    PublicKey key = Examples.OWNER.publicKey();
    assertTrue(key.verifies(message, signature));
    for (int bit = 0; bit < 512; bit++) {
      byte[] other = signature.clone();
      other[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(key.verifies(message, other));
    }
    for (int bit = 0; bit < message.length * 8; bit++) {
      byte[] other = message.clone();
      other[bit / 8] ^= (byte) (1 << bit % 8);
      assertFalse(key.verifies(other, signature));
    }
    assertFalse(key.verifies(message, Arrays.copyOf(signature, 63)));
    assertFalse(key.verifies(message, new byte[0]));
  }

  /** The type is signed: an envelope made for one never verifies as another (T23). */
  @Test
  void anEnvelopeOfOneTypeNeverVerifiesAsAnother() {
    List<String> types = List.of(AuthorityEntry.TYPE, Statement.TYPE, Head.TYPE, "dmg/space/1");
    byte[] block = Examples.yank().encode();
    List<PublicKey> signers = Examples.sorted(Examples.OWNER);
    for (String signed : types) {
      Envelope envelope = Envelope.sign(signed, block, List.of(Examples.OWNER));
      for (String read : types) {
        if (signed.equals(read)) {
          envelope.requireSignedBy(read, signers);
        } else {
          assertUnsigned(envelope, read, signers);
        }
      }
    }
  }

  @Test
  void anEnvelopeOfOneBodyNeverVerifiesForAnother() {
    List<PublicKey> signers = Examples.sorted(Examples.OWNER);
    Envelope made =
        Envelope.sign(Statement.TYPE, Examples.yank().encode(), List.of(Examples.OWNER));
    for (Body body : Examples.bodies().values()) {
      Cid cid = DagCbor.cid(body.encode());
      if (!cid.equals(made.body())) {
        assertUnsigned(new Envelope(cid, made.signatures()), body.type(), signers);
      }
    }
  }

  @Test
  void anEnvelopeHasExactlyTheSignaturesOfTheSigners() {
    byte[] block = Examples.yank().encode();
    Envelope one = Envelope.sign(Statement.TYPE, block, List.of(Examples.OWNER));
    Envelope two = Envelope.sign(Statement.TYPE, block, List.of(Examples.OWNER, Examples.OWNER_2));
    assertUnsigned(one, Statement.TYPE, Examples.sorted(Examples.OWNER, Examples.OWNER_2));
    assertUnsigned(two, Statement.TYPE, Examples.sorted(Examples.OWNER));
    assertUnsigned(one, Statement.TYPE, Examples.sorted(Examples.OWNER_2));
    // Another's signature under the right key.
    Envelope swapped =
        new Envelope(
            one.body(),
            List.of(
                new Envelope.Signature(
                    Examples.OWNER.publicKey(),
                    Examples.OWNER_2.sign(Body.signedBytes(Statement.TYPE, one.body())))));
    assertUnsigned(swapped, Statement.TYPE, Examples.sorted(Examples.OWNER));
  }

  private static void assertUnsigned(Envelope envelope, String type, List<PublicKey> signers) {
    assertEquals(
        ErrorCode.SIGNATURE_INVALID,
        assertThrows(FormatException.class, () -> envelope.requireSignedBy(type, signers)).code());
  }

  @Test
  void anEnvelopeIsExactlyThreeFields() {
    Envelope good =
        Envelope.sign(
            Statement.TYPE, Examples.yank().encode(), List.of(Examples.OWNER, Examples.OWNER_2));
    Node.Map map = (Node.Map) DagCbor.decode(good.encode());
    assertEquals(good, Envelope.decode(DagCbor.encode(map)));
    Node.Array signatures = (Node.Array) map.entries().get("sigs");
    Node.Map first = (Node.Map) signatures.items().getFirst();
    for (Node.Map wrong :
        List.of(
            with(map, "zz", Node.of(1)),
            with(map, "v", Node.of(2)),
            with(map, "v", Node.of(0)),
            with(map, "body", Node.of(Cid.of(Cid.RAW, new byte[] {1}))),
            with(map, "sigs", Node.Array.EMPTY),
            with(map, "sigs", new Node.Array(signatures.items().reversed())),
            with(map, "sigs", new Node.Array(List.of(first, first))),
            with(map, "sigs", new Node.Array(List.of(with(first, "zz", Node.of(1))))),
            with(
                map, "sigs", new Node.Array(List.of(with(first, "sig", Node.of(new byte[63]))))))) {
      assertThrows(FormatException.class, () -> Envelope.decode(DagCbor.encode(wrong)));
    }
  }

  @Test
  void anEnvelopeHasAtMostSixteenSignatures() {
    List<SigningKey> keys = new ArrayList<>();
    for (int n = 0; n < 17; n++) {
      keys.add(Examples.key(20 + n));
    }
    byte[] block = Examples.yank().encode();
    Envelope full = Envelope.sign(Statement.TYPE, block, keys.subList(0, 16));
    assertTrue(full.encode().length <= Envelope.MAX_BYTES);
    assertEquals(full, Envelope.decode(full.encode()));
    assertThrows(FormatException.class, () -> Envelope.sign(Statement.TYPE, block, keys));
    assertEquals(
        ErrorCode.TOO_LARGE,
        assertThrows(FormatException.class, () -> Envelope.decode(new byte[Envelope.MAX_BYTES + 1]))
            .code());
  }

  @Test
  void whatIsGivenOutIsACopy() {
    byte[] bytes = Examples.OWNER.publicKey().bytes();
    Arrays.fill(bytes, (byte) 0);
    byte[] seed = Examples.OWNER.seed();
    Arrays.fill(seed, (byte) 0);
    assertArrayEquals(Examples.key(1).publicKey().bytes(), Examples.OWNER.publicKey().bytes());
    assertArrayEquals(Examples.key(1).seed(), Examples.OWNER.seed());
  }
}
