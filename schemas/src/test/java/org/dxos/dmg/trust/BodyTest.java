package org.dxos.dmg.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dagcbor.Fields;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.AuthorityEntry.Home;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BodyTest {

  /** Bytes that were released: a change of one of these breaks every signature ever made. */
  private static final Map<String, String> GOLDEN =
      Map.ofEntries(
          Map.entry("genesis", "bafyreifazdeje57mpenhy3bnca4tqnskuzznbqnbflgyifyzogmnpy4egy"),
          Map.entry("second entry", "bafyreie4urzrornglddgpedqi4yj72k2yh7fcn33fonlluy6bva6ib4utq"),
          Map.entry("release", "bafyreihgl34hfqj6qv7nbtwp6c2leed27byiv6jibp5k75osd77nhfau6e"),
          Map.entry("yank", "bafyreig7vkmldm2zcvblfper3a6wrbmq6pojxmyn3astidflot7regfvwq"),
          Map.entry("unyank", "bafyreif3vxiomf4w2vpjhy76bqhsbew7h3aoyy2qlvxew43k6ikch64fke"),
          Map.entry("deprecate", "bafyreig6oq4h4x36apxt5t2cqtan7ezix7lait2fxwr2elm6eqwso5ecli"),
          Map.entry("withdraw", "bafyreiewrsawgad6k7it3vhbphsosnyguu4cnvufjivff5hh55pnyabdqe"),
          Map.entry("tag", "bafyreihqm54blwwyxxzki7xqu4zggtwnlyfi6akifqvdhgezb343bjsnqm"),
          Map.entry("promote", "bafyreiar5ldyf6sqsadelh2kgcgfzqlgva4f3m6h72poqe762qvrb5bnbm"),
          Map.entry("head", "bafyreiexxhvqtnpbhhcoq56v5q7wceueycbc52fd2vdwpjijgm5ikbavge"),
          Map.entry("space", "bafyreigv3sldlrfdoqnbwipcygwhic54vkfrdw66qze6ypqngjimzopceu"),
          Map.entry(
              "second space entry", "bafyreid7ye7cbrr763f5edhp2ihei4p5z5negidsmri2vtp5tpyzcsn3za"),
          Map.entry("state", "bafyreiasae4hzjx6mmb63e42zx3vd66tdwvkai4iigclgy3sfa4qahc5am"),
          Map.entry("envelope", "bafyreihocjrdjt7nogf2scai7iy273su2fjid4a7hnitqlduemv4moige4"));

  @TestFactory
  Stream<DynamicTest> everyBodyIsTheBlockItAlwaysWas() {
    return Examples.bodies().entrySet().stream()
        .map(
            body ->
                DynamicTest.dynamicTest(
                    body.getKey(),
                    () -> {
                      byte[] block = body.getValue().encode();
                      assertEquals(GOLDEN.get(body.getKey()), DagCbor.cid(block).toString());
                      Body decoded = Body.decode(block);
                      assertEquals(body.getValue(), decoded);
                      assertArrayEquals(block, decoded.encode());
                    }));
  }

  @Test
  void stateIsTheBlockItAlwaysWas() {
    byte[] block = Examples.state().encode();
    assertEquals(GOLDEN.get("state"), DagCbor.cid(block).toString());
    assertEquals(Examples.state(), AuthorityState.decode(block));
  }

  @Test
  void envelopeIsTheBlockItAlwaysWas() {
    AuthorityEntry genesis = Examples.genesis();
    Envelope envelope =
        Envelope.sign(
            genesis.type(),
            genesis.encode(),
            List.of(Examples.RECOVERY, Examples.OWNER, Examples.OWNER_2));
    assertEquals(GOLDEN.get("envelope"), DagCbor.cid(envelope.encode()).toString());
    assertEquals(envelope, Envelope.decode(envelope.encode()));
    envelope.requireSignedBy(genesis.type(), genesis.signers());
  }

  @Test
  void signedBytesAreThePrefixTheTypeAndTheCid() {
    Cid cid = Cid.of(Cid.DAG_CBOR, new byte[] {(byte) 0xa0});
    assertEquals(
        HexFormat.of().formatHex("dmg-sig-v1".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
            + "00"
            + "646d672f73746174656d656e742f31" // dmg/statement/1
            + "00"
            + "01711220c19a797fa1fd590cd2e5b42d1cf5f246e29b91684e2f87404b81dc345c7a56a0",
        HexFormat.of().formatHex(Body.signedBytes("dmg/statement/1", cid)));
  }

  @Test
  void anUnknownFieldIsRefusedEverywhere() {
    for (Map.Entry<String, Body> body : Examples.bodies().entrySet()) {
      refuses(body.getKey(), with(map(body.getValue()), "zz", Node.of(1)));
    }
    Node.Map genesis = map(Examples.genesis());
    refuses("home", inside(genesis, "home", home -> with((Node.Map) home, "zz", Node.of(1))));
    refuses("owners", inside(genesis, "owners", set -> with((Node.Map) set, "zz", Node.of(1))));
    refuses("delegate", item(genesis, "delegates", one -> with((Node.Map) one, "zz", Node.of(1))));
    refuses(
        "revoked",
        item(map(Examples.second()), "revoked", one -> with((Node.Map) one, "zz", Node.of(1))));
  }

  /** Whatever JSON cannot carry exactly is no free value, however deep it stands. */
  @Test
  void extTakesNoBytesLinksFloatsNullsAndLargeIntegers() {
    List<Node> foreign =
        List.of(
            Node.of(new byte[] {1}),
            Node.of(Examples.link("anything")),
            new Node.Real(1.5),
            Node.NULL,
            Node.of(Fields.MAX_UINT + 1),
            Node.of(-Fields.MAX_UINT - 1),
            Node.of(Long.MIN_VALUE),
            new Node.BigInt(java.math.BigInteger.TWO.pow(63)),
            Node.of("bell\u0007"));
    for (Body body : Examples.bodies().values()) {
      for (Node value : foreign) {
        Node deep = new Node.Array(List.of(Node.of(1), new Node.Map(Map.of("x", value))));
        refuses("ext", with(map(body), "ext", new Node.Map(Map.of("a", value))));
        refuses("ext", with(map(body), "ext", new Node.Map(Map.of("a", deep))));
      }
      Node free =
          new Node.Map(
              Map.of("a", Node.of(-Fields.MAX_UINT), "b", Node.Array.EMPTY, "c", Node.of("")));
      byte[] block = DagCbor.encode(with(map(body), "ext", free));
      assertArrayEquals(block, Body.decode(block).encode());
    }
  }

  @Test
  void aFieldThatIsNeededIsMissed() {
    Set<String> optional =
        Set.of(
            "ext",
            "space",
            "replaces",
            "delegates",
            "members",
            "revoked",
            "resolves",
            "added",
            "names",
            "authorities",
            "successor");
    for (Map.Entry<String, Body> body : Examples.bodies().entrySet()) {
      for (String field : map(body.getValue()).entries().keySet()) {
        if (!optional.contains(field)) {
          refuses(body.getKey() + " without " + field, without(map(body.getValue()), field));
        }
      }
    }
  }

  @Test
  void anEmptyListOrMapIsNotWritten() {
    for (String field : List.of("delegates", "revoked")) {
      refuses(field, with(map(Examples.genesis()), field, Node.Array.EMPTY));
    }
    refuses("addrs", inside(map(Examples.genesis()), "home", home -> emptied(home, "addrs")));
    refuses("keys", inside(map(Examples.genesis()), "owners", set -> emptied(set, "keys")));
    refuses("names", with(map(Examples.release()), "names", Node.Array.EMPTY));
    refuses("authorities", with(map(Examples.release()), "authorities", Node.Map.EMPTY));
    refuses("added", with(map(Examples.head()), "added", Node.Array.EMPTY));
    for (Body body : Examples.bodies().values()) {
      refuses("ext", with(map(body), "ext", Node.Map.EMPTY));
    }
    Node.Map state = (Node.Map) DagCbor.decode(Examples.state().encode());
    for (Node.Map wrong :
        List.of(
            with(state, "heads", Node.Map.EMPTY),
            with(state, "forks", Node.Array.EMPTY),
            with(state, "forks", reversed(state.entries().get("forks"))),
            with(state, "zz", Node.of(1)),
            with(state, "type", Node.of("dmg/state/2")))) {
      assertThrows(FormatException.class, () -> AuthorityState.decode(DagCbor.encode(wrong)));
    }
  }

  @Test
  void whatIsSortedIsRefusedInAnotherOrderOrTwice() {
    Node.Map genesis = map(Examples.genesis());
    refuses("signers", inside(genesis, "signers", BodyTest::reversed));
    refuses("signers", inside(genesis, "signers", BodyTest::doubled));
    for (UnaryOperator<Node> change :
        List.<UnaryOperator<Node>>of(BodyTest::reversed, BodyTest::doubled)) {
      refuses("keys", inside(genesis, "owners", set -> inside((Node.Map) set, "keys", change)));
      refuses("addrs", inside(genesis, "home", one -> inside((Node.Map) one, "addrs", change)));
      refuses("scope", item(genesis, "delegates", one -> inside((Node.Map) one, "scope", change)));
      refuses("caps", item(genesis, "delegates", one -> inside((Node.Map) one, "caps", change)));
      refuses("names", inside(map(Examples.release()), "names", change));
    }
    refuses("delegates", inside(genesis, "delegates", BodyTest::doubled));
    refuses("revoked", inside(map(Examples.second()), "revoked", BodyTest::doubled));
    refuses("added", inside(map(Examples.head()), "added", BodyTest::doubled));
  }

  @Test
  void addedAndPromotedKeepTheirOrder() {
    Head head = Examples.head();
    Node.Map turned = inside(map(head), "added", BodyTest::reversed);
    assertEquals(head.added().reversed(), ((Head) Body.decode(DagCbor.encode(turned))).added());
  }

  @Test
  void aThresholdIsFromOneToFourAndNoMoreThanThereAreKeys() {
    for (long wrong : new long[] {0, -1, 3, 5, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE}) {
      FormatException refused =
          refuses(
              "threshold " + wrong,
              inside(
                  map(Examples.genesis()),
                  "owners",
                  set -> with((Node.Map) set, "threshold", Node.of(wrong))));
      assertEquals(ErrorCode.POLICY_INVALID, refused.code(), "threshold " + wrong);
    }
    List<PublicKey> five =
        Stream.of(11, 12, 13, 14, 15).map(n -> Examples.key(n).publicKey()).sorted().toList();
    assertEquals(4, new KeySet(4, five).threshold());
    assertThrows(FormatException.class, () -> new KeySet(5, five));
    assertThrows(FormatException.class, () -> new KeySet(1, List.of()));
  }

  @Test
  void aKeySetHasAtMostSixteenKeys() {
    List<PublicKey> keys = new ArrayList<>();
    for (int n = 0; n < 17; n++) {
      keys.add(Examples.key(100 + n).publicKey());
    }
    Collections.sort(keys);
    assertEquals(16, new KeySet(4, keys.subList(0, 16)).keys().size());
    assertThrows(FormatException.class, () -> new KeySet(4, keys));
  }

  @Test
  void aKeyTwiceCountsOnce() {
    KeySet two = Examples.keys(2, Examples.OWNER, Examples.OWNER_2);
    PublicKey owner = Examples.OWNER.publicKey();
    assertEquals(false, two.reachedBy(List.of(owner, owner)));
    assertEquals(true, two.reachedBy(List.of(owner, Examples.OWNER_2.publicKey())));
    assertEquals(
        ErrorCode.POLICY_INVALID,
        assertThrows(FormatException.class, () -> new KeySet(2, List.of(owner, owner))).code());
  }

  @Test
  void noKeyHasTwoRoles() {
    AuthorityEntry good = Examples.genesis();
    PublicKey owner = Examples.OWNER.publicKey();
    Home home = new Home(owner, good.home().peer(), List.of());
    Delegate delegate =
        new Delegate(owner, List.of("function/"), List.of(Cap.TAG), 0, 1, Optional.empty());
    AuthorityEntry.Revoked revoked = new AuthorityEntry.Revoked(owner, Optional.empty(), "lost");
    AuthorityEntry.Revoked head =
        new AuthorityEntry.Revoked(Examples.HEAD.publicKey(), Optional.empty(), "moved");
    KeySet recovery = Examples.keys(1, Examples.OWNER);
    assertPolicy(() -> entry(good, recovery, good.home(), List.of(), List.of()));
    assertPolicy(() -> entry(good, good.recovery(), home, List.of(), List.of()));
    assertPolicy(() -> entry(good, good.recovery(), good.home(), List.of(delegate), List.of()));
    assertPolicy(() -> entry(good, good.recovery(), good.home(), List.of(), List.of(revoked)));
    assertPolicy(() -> entry(good, good.recovery(), good.home(), List.of(), List.of(head)));
  }

  private static AuthorityEntry entry(
      AuthorityEntry base,
      KeySet recovery,
      Home home,
      List<Delegate> delegates,
      List<AuthorityEntry.Revoked> revoked) {
    return new AuthorityEntry(
        base.authority(),
        0,
        Optional.empty(),
        Optional.empty(),
        base.owners(),
        recovery,
        home,
        delegates,
        revoked,
        Optional.empty(),
        base.signers(),
        0,
        Optional.empty());
  }

  private static void assertPolicy(org.junit.jupiter.api.function.Executable making) {
    assertEquals(ErrorCode.POLICY_INVALID, assertThrows(FormatException.class, making).code());
  }

  @Test
  void genesisAndPrevAreAbsentAtSeqZeroAndPresentAfter() {
    Node link = Node.of(Examples.link("x"));
    Node.Map genesis = map(Examples.genesis());
    Node.Map second = map(Examples.second());
    for (Node.Map wrong :
        List.of(
            with(genesis, "prev", link),
            with(genesis, "genesis", link),
            with(with(genesis, "genesis", link), "prev", link),
            with(genesis, "seq", Node.of(1)),
            with(second, "seq", Node.of(0)),
            without(second, "prev"),
            without(second, "genesis"))) {
      assertEquals(ErrorCode.SEQ_GAP, refuses("seq", wrong).code());
    }
    Node.Map head = map(Examples.head());
    refuses("epoch 0 with prev", with(head, "epoch", Node.of(0)));
    refuses("epoch 7 without prev", without(head, "prev"));
  }

  @Test
  void everyUnsignedIsBelowTwoToThe53() {
    long most = Fields.MAX_UINT;
    assertEquals(
        most, ((AuthorityEntry) decode(with(map(Examples.second()), "seq", Node.of(most)))).seq());
    for (Node wrong :
        List.of(
            Node.of(most + 1),
            Node.of(-1),
            Node.of(Long.MAX_VALUE),
            new Node.BigInt(
                java.math.BigInteger.ONE.shiftLeft(64).subtract(java.math.BigInteger.ONE)),
            new Node.Real(1.0))) {
      refuses("seq", with(map(Examples.second()), "seq", wrong));
      refuses("created", with(map(Examples.second()), "created", wrong));
      refuses("created", with(map(Examples.yank()), "created", wrong));
      for (String field : List.of("keySeq", "epoch", "issued", "expires")) {
        refuses(field, with(map(Examples.head()), field, wrong));
      }
      for (String field : List.of("notBefore", "notAfter")) {
        refuses(
            field,
            item(map(Examples.genesis()), "delegates", one -> with((Node.Map) one, field, wrong)));
      }
    }
  }

  @Test
  void aHeadLivesAtMostFourHundredDays() {
    Node.Map head = map(Examples.head());
    long issued = Examples.TIME;
    decode(with(head, "expires", Node.of(issued + 34_560_000)));
    decode(with(head, "expires", Node.of(issued + 1)));
    refuses("one past", with(head, "expires", Node.of(issued + 34_560_001)));
    refuses("at once", with(head, "expires", Node.of(issued)));
    refuses("before", with(head, "expires", Node.of(issued - 1)));
  }

  @Test
  void aDelegateLivesAtMostNinetyDays() {
    Node.Map genesis = map(Examples.genesis());
    long from = Examples.TIME;
    decode(delegate(genesis, "notAfter", Node.of(from + 7_776_000)));
    decode(delegate(genesis, "notAfter", Node.of(from + 1)));
    refuses("one past", delegate(genesis, "notAfter", Node.of(from + 7_776_001)));
    refuses("at once", delegate(genesis, "notAfter", Node.of(from)));
  }

  @Test
  void aScopeIsAPathOrAPrefixThatNamesTheKindAtLeast() {
    Node.Map genesis = map(Examples.genesis());
    for (String good : List.of("function/", "module/a", "function/mail/", "api/mail/imap")) {
      decode(delegate(genesis, "scope", Node.ofTexts(List.of(good))));
    }
    for (String bad :
        List.of(
            "/",
            "",
            "function",
            "nothing/",
            "function//",
            "function/mail//",
            "function/*",
            "function/Mail",
            "function/a@1",
            "function/mail /",
            "org.dxos/function/a")) {
      refuses(bad, delegate(genesis, "scope", Node.ofTexts(List.of(bad))));
    }
  }

  @Test
  void aDelegateActsFromNotBeforeUntilNotAfter() {
    Delegate one = Examples.genesis().delegates().getFirst();
    long until = one.notAfter();
    assertEquals(true, one.allows(Cap.TAG, "module/bridge", Examples.TIME));
    assertEquals(false, one.allows(Cap.TAG, "module/bridge", Examples.TIME - 1));
    assertEquals(true, one.allows(Cap.TAG, "module/bridge", until - 1));
    assertEquals(false, one.allows(Cap.TAG, "module/bridge", until));
    assertEquals(false, one.allows(Cap.TAG, "module/bridge-two", Examples.TIME));
    assertEquals(false, one.allows(Cap.TAG, "module/bridge/part", Examples.TIME));
    assertEquals(true, one.allows(Cap.TAG, "function/any/thing", Examples.TIME));
    assertEquals(false, one.allows(Cap.TAG, "functions/any", Examples.TIME));
  }

  @Test
  void whatAStatementSaysIsSpelledInOneWay() {
    Node.Map release = map(Examples.release());
    for (String wrong :
        List.of("v1.2.0", "=1.2.0", "1.2", "01.2.0", "1.2.0+build", "latest", " ")) {
      refuses(wrong, with(release, "version", Node.of(wrong)));
      refuses(wrong, with(map(Examples.tagged()), "version", Node.of(wrong)));
      refuses(wrong, with(map(Examples.yank()), "version", Node.of(wrong)));
      refuses(wrong, with(map(Examples.unyank()), "version", Node.of(wrong)));
      refuses(wrong, with(map(Examples.withdraw()), "version", Node.of(wrong)));
    }
    for (String wrong :
        List.of(
            "module",
            "module/",
            "/bridge",
            "module/Bridge",
            "module/a@1",
            "thing/a",
            "module/../a",
            "module/a/",
            "org.dxos/module/a")) {
      refuses(wrong, with(release, "path", Node.of(wrong)));
    }
    for (String wrong : List.of("latest", "1.2.0", "Beta", "v1", "b", "be ta", "^1")) {
      refuses(wrong, with(map(Examples.tagged()), "tag", Node.of(wrong)));
    }
    for (String wrong : List.of(">=1  <2", "1 - 2", "=1.2.3", "beta", "")) {
      refuses(wrong, with(map(Examples.deprecate()), "range", Node.of(wrong)));
    }
    for (String wrong : List.of("module/x", "function/Read", "org.dxos/function/a")) {
      refuses(wrong, with(release, "names", Node.ofTexts(List.of(wrong))));
    }
    Node.Map ofFunction = with(release, "path", Node.of("function/read-mail"));
    refuses("own path", with(ofFunction, "names", Node.ofTexts(List.of("function/read-mail"))));
    for (String wrong :
        List.of("Org.dxos", "org", "org.dxos~" + Examples.link("x"), "org.dxos/module/a")) {
      refuses(wrong, with(release, "authorities", new Node.Map(Map.of(wrong, link("x")))));
    }
  }

  @Test
  void deprecateHasAVersionOrARange() {
    Node.Map good = map(Examples.deprecate());
    refuses("both", with(good, "version", Node.of("1.2.0")));
    refuses("none", without(good, "range"));
    decode(with(without(good, "range"), "version", Node.of("1.2.0")));
  }

  @Test
  void anOpTakesItsOwnFieldsOnly() {
    refuses("unyank with reason", with(map(Examples.unyank()), "reason", Node.of("x")));
    refuses("tag with module", with(map(Examples.tagged()), "module", link("x")));
    refuses("unknown op", with(map(Examples.unyank()), "op", Node.of("erase")));
    refuses("promotion in a space", with(map(Examples.promote()), "space", Node.of(new byte[32])));
  }

  @Test
  void textHasNoControlsAndNoOverrides() {
    for (String wrong : List.of("", "a\u0000", "a\tb", "a\u007f", "\u202eevil", "\u2066x")) {
      refuses(wrong, with(map(Examples.yank()), "reason", Node.of(wrong)));
      refuses(wrong, delegate(map(Examples.genesis()), "label", Node.of(wrong)));
    }
    refuses("line feed", delegate(map(Examples.genesis()), "label", Node.of("a\nb")));
  }

  @Test
  void bytesHaveTheirSize() {
    for (int size : new int[] {0, 31, 33}) {
      refuses("key", with(map(Examples.yank()), "key", Node.of(new byte[size])));
      refuses("space", with(map(Examples.yank()), "space", Node.of(new byte[size])));
      refuses("from", with(map(Examples.promote()), "from", Node.of(new byte[size])));
    }
    byte[] peer = Examples.genesis().home().peer().multihash();
    peer[1]++;
    refuses(
        "peer",
        inside(map(Examples.genesis()), "home", h -> with((Node.Map) h, "peer", Node.of(peer))));
  }

  /** The same bytes under the codec raw would be a second CID of one thing. */
  @Test
  void aLinkToSomethingSignedIsDagCbor() {
    Node raw = Node.of(Cid.of(Cid.RAW, new byte[] {1}));
    Node array = new Node.Array(List.of(raw));
    for (String field : List.of("genesis", "auth", "replaces", "module")) {
      refuses(field, with(map(Examples.release()), field, raw));
    }
    for (String field : List.of("genesis", "space", "prev", "keyHead", "state")) {
      refuses(field, with(map(Examples.head()), field, raw));
    }
    refuses("added", with(map(Examples.head()), "added", array));
    refuses("statements", with(map(Examples.promote()), "statements", array));
    refuses(
        "authorities",
        with(map(Examples.release()), "authorities", new Node.Map(Map.of("com.acme", raw))));
    for (String field : List.of("genesis", "prev", "resolves")) {
      refuses(field, with(map(Examples.second()), field, raw));
    }
    refuses(
        "lastGood",
        item(map(Examples.second()), "revoked", one -> with((Node.Map) one, "lastGood", raw)));
  }

  @Test
  void aHeadAddsAtMost4096() {
    List<Node> links = new ArrayList<>();
    for (int i = 0; i < 4097; i++) {
      links.add(link("statement " + i));
    }
    Node.Map head = map(Examples.head());
    Head full = (Head) decode(with(head, "added", new Node.Array(links.subList(0, 4096))));
    assertEquals(4096, full.added().size());
    refuses("4097", with(head, "added", new Node.Array(links)));
  }

  @Test
  void namesAndPromotionsHaveTheirLimits() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 257; i++) {
      names.add("function/f" + (1000 + i));
    }
    decode(with(map(Examples.release()), "names", Node.ofTexts(names.subList(0, 256))));
    refuses("257 names", with(map(Examples.release()), "names", Node.ofTexts(names)));
    List<Node> links = new ArrayList<>();
    for (int i = 0; i < 1001; i++) {
      links.add(link("s" + i));
    }
    decode(with(map(Examples.promote()), "statements", new Node.Array(links.subList(0, 1000))));
    refuses("1001", with(map(Examples.promote()), "statements", new Node.Array(links)));
  }

  @Test
  void aBodyHasAtMost64KiBAndAHead256() {
    Node.Map yank = map(Examples.yank());
    int rest = DagCbor.encode(with(yank, "reason", Node.of("x".repeat(60_000)))).length - 60_000;
    decode(with(yank, "reason", Node.of("x".repeat(Body.MAX_BYTES - rest))));
    FormatException large =
        refuses("one past", with(yank, "reason", Node.of("x".repeat(Body.MAX_BYTES - rest + 1))));
    assertEquals(ErrorCode.TOO_LARGE, large.code());
    Node.Map head = map(Examples.head());
    int room = DagCbor.encode(noted(head, 200_000)).length - 200_000;
    decode(noted(head, Head.MAX_BYTES - room));
    assertEquals(
        ErrorCode.TOO_LARGE, refuses("head", noted(head, Head.MAX_BYTES - room + 1)).code());
  }

  private static Node.Map noted(Node.Map body, int length) {
    return with(body, "ext", new Node.Map(Map.of("note", Node.of("x".repeat(length)))));
  }

  @Test
  void anotherVersionOfABodyIsUnsupported() {
    assertEquals(
        ErrorCode.UNSUPPORTED,
        refuses("v2", with(map(Examples.head()), "type", Node.of("dmg/head/2"))).code());
    assertEquals(
        ErrorCode.BODY_INVALID,
        refuses("other", with(map(Examples.head()), "type", Node.of("elsewhere"))).code());
  }

  @Test
  void noByteOfABodyCanBeChangedUnnoticed() {
    for (Body body : Examples.bodies().values()) {
      byte[] block = body.encode();
      Set<Body> seen = new HashSet<>(Set.of(body));
      for (int i = 0; i < block.length; i++) {
        block[i] ^= 1;
        try {
          Body other = Body.decode(block);
          assertArrayEquals(block, other.encode());
          assertEquals(true, seen.add(other), "byte " + i + " of " + body.type());
        } catch (FormatException expected) {
          assertEquals(false, expected.message().isEmpty());
        }
        block[i] ^= 1;
      }
    }
  }

  // ---- changing a map ----

  private static Node.Map map(Body body) {
    return (Node.Map) DagCbor.decode(body.encode());
  }

  private static Body decode(Node.Map map) {
    return Body.decode(DagCbor.encode(map));
  }

  private static FormatException refuses(String what, Node.Map map) {
    return assertThrows(FormatException.class, () -> decode(map), what);
  }

  private static Node link(String text) {
    return Node.of(Examples.link(text));
  }

  private static Node.Map with(Node.Map map, String field, Node value) {
    Map<String, Node> entries = new LinkedHashMap<>(map.entries());
    entries.put(field, value);
    return new Node.Map(entries);
  }

  private static Node.Map without(Node.Map map, String field) {
    Map<String, Node> entries = new LinkedHashMap<>(map.entries());
    entries.remove(field);
    return new Node.Map(entries);
  }

  private static Node.Map inside(Node.Map map, String field, UnaryOperator<Node> change) {
    return with(map, field, change.apply(map.entries().get(field)));
  }

  /** Changes the first item of a list. */
  private static Node.Map item(Node.Map map, String field, UnaryOperator<Node> change) {
    return inside(
        map,
        field,
        list -> {
          List<Node> items = new ArrayList<>(((Node.Array) list).items());
          items.set(0, change.apply(items.getFirst()));
          return new Node.Array(items);
        });
  }

  private static Node.Map delegate(Node.Map genesis, String field, Node value) {
    return item(genesis, "delegates", one -> with((Node.Map) one, field, value));
  }

  private static Node emptied(Node map, String field) {
    return with((Node.Map) map, field, Node.Array.EMPTY);
  }

  private static Node reversed(Node list) {
    return new Node.Array(((Node.Array) list).items().reversed());
  }

  private static Node doubled(Node list) {
    List<Node> items = new ArrayList<>(((Node.Array) list).items());
    items.add(items.getLast());
    return new Node.Array(items);
  }
}
