package org.dxos.dmg.conformance.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.version.Version;

/** Who has the keys of one authority, and all blocks that were signed with them. */
final class Owner implements BlockSource {

  final String authority;
  final SigningKey owner;
  final SigningKey recovery;
  private final Map<Cid, byte[]> blocks = new HashMap<>();

  Owner(String authority, RandomGenerator random) {
    this.authority = authority;
    this.owner = key(random);
    this.recovery = key(random);
  }

  static SigningKey key(RandomGenerator random) {
    byte[] seed = new byte[SigningKey.SEED_BYTES];
    random.nextBytes(seed);
    return SigningKey.ofSeed(seed);
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    return Optional.ofNullable(blocks.get(cid));
  }

  Cid put(byte[] block) {
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    return cid;
  }

  Cid sign(Body body, SigningKey... keys) {
    byte[] block = body.encode();
    put(block);
    return put(Envelope.sign(body.type(), block, List.of(keys)).encode());
  }

  /** The genesis, with a home. */
  Cid genesis(SigningKey home, long now) {
    return sign(
        new AuthorityEntry(
            authority,
            0,
            Optional.empty(),
            Optional.empty(),
            KeySet.of(owner.publicKey()),
            KeySet.of(recovery.publicKey()),
            home(home),
            List.of(),
            List.of(),
            Optional.empty(),
            sorted(owner, recovery),
            now,
            Optional.empty()),
        owner,
        recovery);
  }

  /** The next entry, by which the home's key is another and the old one is good up to a head. */
  Cid rehomed(AuthorityView view, SigningKey home, Optional<Cid> lastGood, long now) {
    AuthorityEntry before = view.keyHead().body();
    List<Revoked> revoked = new ArrayList<>(before.revoked());
    revoked.add(new Revoked(before.home().headKey(), lastGood, "another key"));
    revoked.sort(Comparator.comparing(Revoked::key));
    return sign(
        new AuthorityEntry(
            authority,
            before.seq() + 1,
            Optional.of(view.id()),
            Optional.of(view.keyHead().cid()),
            before.owners(),
            before.recovery(),
            home(home),
            before.delegates(),
            revoked,
            Optional.empty(),
            sorted(owner),
            now,
            Optional.empty()),
        owner);
  }

  static AuthorityEntry.Home home(SigningKey key) {
    return new AuthorityEntry.Home(key.publicKey(), new PeerId(key.publicKey().bytes()), List.of());
  }

  private static List<org.dxos.dmg.trust.PublicKey> sorted(SigningKey... keys) {
    return java.util.stream.Stream.of(keys).map(SigningKey::publicKey).sorted().toList();
  }

  /** A release of a record that says {@code text}. */
  Cid release(AuthorityView view, String path, String version, String text, long now) {
    return say(view, path, made(path, version, text), Optional.empty(), now);
  }

  /** The same, said in a space. */
  Cid releaseIn(Cid space, AuthorityView view, String path, String version, String text, long now) {
    Optional<Statement.SpaceTag> tag = Optional.of(SpaceEntry.tag(space, path));
    return say(view, path, made(path, version, text), tag, Optional.empty(), now);
  }

  private Statement.Release made(String path, String version, String text) {
    ModuleRecord record =
        ModuleRecord.named(Name.parse(authority + "/" + path), Version.parse(version))
            .description(text)
            .build();
    return new Statement.Release(version, put(record.encode()), List.of(), Map.of());
  }

  /** Says something else in a space, where nothing of it was said. */
  Cid sayIn(Cid space, AuthorityView view, String path, Statement.Op op, long now) {
    Optional<Statement.SpaceTag> tag = Optional.of(SpaceEntry.tag(space, path));
    return say(view, path, op, tag, Optional.empty(), now);
  }

  Cid say(AuthorityView view, String path, Statement.Op op, Optional<Cid> replaces, long now) {
    return say(view, path, op, Optional.empty(), replaces, now);
  }

  private Cid say(
      AuthorityView view,
      String path,
      Statement.Op op,
      Optional<Statement.SpaceTag> space,
      Optional<Cid> replaces,
      long now) {
    return sign(
        new Statement(
            view.id(),
            path,
            view.keyHead().cid(),
            owner.publicKey(),
            op,
            space,
            replaces,
            now,
            Optional.empty()),
        owner);
  }
}
