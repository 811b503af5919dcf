package org.dxos.dmg.trust;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.Node;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.AuthorityEntry.Home;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Statement.SpaceTag;

/** One fixed example of each body, with every optional field that may stand beside the others. */
final class Examples {

  static final SigningKey OWNER = key(1);
  static final SigningKey OWNER_2 = key(2);
  static final SigningKey RECOVERY = key(3);
  static final SigningKey HEAD = key(4);
  static final SigningKey DELEGATE = key(5);
  static final SigningKey REVOKED = key(6);
  static final long TIME = 1_790_000_000;

  private Examples() {}

  /** The key whose seed is 32 times {@code n}. */
  static SigningKey key(int n) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    Arrays.fill(seed, (byte) n);
    return SigningKey.ofSeed(seed);
  }

  static Cid link(String text) {
    return Cid.of(Cid.DAG_CBOR, text.getBytes(StandardCharsets.US_ASCII));
  }

  static KeySet keys(int threshold, SigningKey... keys) {
    return new KeySet(threshold, sorted(keys));
  }

  static List<PublicKey> sorted(SigningKey... keys) {
    return Stream.of(keys).map(SigningKey::publicKey).sorted().toList();
  }

  static Optional<Node.Map> ext() {
    return Optional.of(new Node.Map(Map.of("note", Node.of("free"))));
  }

  static AuthorityEntry genesis() {
    return new AuthorityEntry(
        "org.dxos",
        0,
        Optional.empty(),
        Optional.empty(),
        keys(2, OWNER, OWNER_2),
        keys(1, RECOVERY),
        new Home(
            HEAD.publicKey(),
            new PeerId(HEAD.publicKey().bytes()),
            List.of("/dns/dmg.dxos.org/tcp/4001", "/ip4/192.0.2.1/tcp/4001")),
        List.of(
            new Delegate(
                DELEGATE.publicKey(),
                List.of("function/", "module/bridge"),
                List.of(Cap.RELEASE, Cap.TAG, Cap.YANK),
                TIME,
                TIME + AuthorityEntry.MAX_DELEGATION_SECONDS,
                Optional.of("ci"))),
        List.of(),
        Optional.empty(),
        sorted(OWNER, OWNER_2, RECOVERY),
        TIME,
        ext());
  }

  static AuthorityEntry second() {
    AuthorityEntry genesis = genesis();
    return new AuthorityEntry(
        "org.dxos",
        1,
        Optional.of(link("genesis body")),
        Optional.of(link("genesis")),
        genesis.owners(),
        genesis.recovery(),
        genesis.home(),
        List.of(),
        List.of(new Revoked(REVOKED.publicKey(), Optional.of(link("head")), "lost\nin a taxi")),
        Optional.of(link("the losing side")),
        sorted(RECOVERY),
        TIME + 1,
        Optional.empty());
  }

  static Statement statement(Statement.Op op) {
    return new Statement(
        link("genesis body"),
        "module/bridge",
        link("key log entry"),
        OWNER.publicKey(),
        op,
        Optional.empty(),
        Optional.empty(),
        TIME,
        Optional.empty());
  }

  static Map<String, Cid> authorities() {
    Map<String, Cid> map = new LinkedHashMap<>();
    // Longer first: the block has them in the order of dag-cbor, whatever the order here.
    map.put("org.example", link("example"));
    map.put("com.acme", link("acme"));
    return map;
  }

  static Statement release() {
    Statement.Op op =
        new Statement.Release(
            "1.2.0-rc.1",
            link("record"),
            List.of("function/read-mail", "function/send-mail"),
            authorities());
    Statement plain = statement(op);
    return new Statement(
        plain.genesis(),
        plain.path(),
        plain.auth(),
        plain.key(),
        op,
        Optional.of(tag()),
        Optional.of(link("void release")),
        TIME,
        ext());
  }

  static SpaceTag tag() {
    return new SpaceTag(Cid.sha256("space".getBytes(StandardCharsets.US_ASCII)));
  }

  static Statement yank() {
    return statement(new Statement.Yank("1.2.0", "it loses mail\nsometimes"));
  }

  static Statement unyank() {
    return statement(new Statement.Unyank("1.2.0"));
  }

  static Statement deprecate() {
    return statement(
        new Statement.Deprecate(
            Optional.empty(),
            Optional.of("^1.2"),
            "use the other",
            Optional.of("org.dxos/module/other")));
  }

  static Statement withdraw() {
    return statement(new Statement.Withdraw("1.2.0", "not ours to give"));
  }

  static Statement tagged() {
    return statement(new Statement.Tag("beta", "1.2.0-rc.1"));
  }

  static Statement promote() {
    return statement(new Statement.Promote(tag(), List.of(link("second"), link("first"))));
  }

  static Head head() {
    return new Head(
        link("genesis body"),
        Optional.empty(),
        0,
        7,
        Optional.of(link("head 6")),
        link("key log entry"),
        List.of(link("second"), link("first")),
        link("state tree"),
        TIME,
        TIME + Head.MAX_LIFE_SECONDS,
        ext());
  }

  static AuthorityState state() {
    return new AuthorityState(
        link("key log entry"),
        Optional.of(link("head 6")),
        Optional.empty(),
        Stream.of(link("fork a"), link("fork b")).sorted().toList());
  }

  static SpaceEntry space() {
    return new SpaceEntry(
        0,
        Optional.of(new SpaceEntry.Salt(Cid.sha256(new byte[] {1}))),
        Optional.empty(),
        Optional.empty(),
        keys(2, OWNER, OWNER_2),
        Stream.of(HEAD, DELEGATE, RECOVERY)
            .map(SigningKey::publicKey)
            .sorted()
            .map(
                key ->
                    new SpaceEntry.Member(
                        new PeerId(key.bytes()), SpaceEntry.Role.values()[key.bytes()[0] & 1]))
            .toList(),
        List.of(),
        sorted(OWNER, OWNER_2),
        TIME,
        Optional.empty());
  }

  static SpaceEntry secondSpace() {
    return new SpaceEntry(
        1,
        Optional.empty(),
        Optional.of(link("space")),
        Optional.of(link("space entry")),
        keys(1, OWNER),
        List.of(new SpaceEntry.Member(new PeerId(HEAD.publicKey().bytes()), SpaceEntry.Role.READ)),
        sorted(REVOKED, OWNER_2).stream()
            .map(
                key ->
                    new SpaceEntry.RevokedHere(
                        link("genesis body"),
                        key,
                        key.equals(REVOKED.publicKey())
                            ? Optional.of(link("space head"))
                            : Optional.empty()))
            .toList(),
        sorted(OWNER, OWNER_2),
        TIME + 1,
        ext());
  }

  /** Each body by a name. */
  static Map<String, Body> bodies() {
    Map<String, Body> bodies = new LinkedHashMap<>();
    bodies.put("genesis", genesis());
    bodies.put("second entry", second());
    bodies.put("release", release());
    bodies.put("yank", yank());
    bodies.put("unyank", unyank());
    bodies.put("deprecate", deprecate());
    bodies.put("withdraw", withdraw());
    bodies.put("tag", tagged());
    bodies.put("promote", promote());
    bodies.put("head", head());
    bodies.put("space", space());
    bodies.put("second space entry", secondSpace());
    return bodies;
  }
}
