package org.dxos.dmg.admission;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.RocksBlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.dxn.Name;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.AuthorityEntry.Home;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.version.Version;

/** A registrar over a store on disk, a clock that can be set, and the blocks of a publisher. */
public final class World implements AutoCloseable {

  public static final long START = 1_790_000_000;
  public static final SigningKey HEAD = key(1);
  public static final SigningKey OWNER = key(2);
  public static final SigningKey RECOVERY = key(3);
  public static final SigningKey DELEGATE = key(4);
  public static final SigningKey STRANGER = key(5);

  public final Map<Cid, byte[]> blocks = new HashMap<>();
  public final AtomicLong time = new AtomicLong(START);
  public final InstantSource clock = () -> Instant.ofEpochSecond(time.get());
  public final RocksBlockStore store;
  public final Registrar registrar;

  public World(Path home) {
    store = RocksBlockStore.open(home, new Random(1));
    registrar =
        new Registrar(store, new HeadKeys(List.of(HEAD)), clock, Thread.ofVirtual().factory());
  }

  @Override
  public void close() {
    registrar.close();
    store.close();
  }

  public static SigningKey key(int n) {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) n);
    return SigningKey.ofSeed(seed);
  }

  public BlockSource offered() {
    Map<Cid, byte[]> copy = new HashMap<>(blocks);
    return cid -> Optional.ofNullable(copy.get(cid));
  }

  public Cid put(byte[] block) {
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    return cid;
  }

  /** Signs a body; the envelope's CID. */
  public Cid sign(Body body, SigningKey... keys) {
    byte[] block = body.encode();
    put(block);
    return put(Envelope.sign(body.type(), block, List.of(keys)).encode());
  }

  public static AuthorityEntry genesis(String authority, SigningKey owner, Delegate... delegates) {
    return genesis(authority, owner, HEAD, List.of(owner, RECOVERY), delegates);
  }

  public static AuthorityEntry genesis(
      String authority,
      SigningKey owner,
      SigningKey head,
      List<SigningKey> signers,
      Delegate... delegates) {
    return new AuthorityEntry(
        authority,
        0,
        Optional.empty(),
        Optional.empty(),
        KeySet.of(owner.publicKey()),
        KeySet.of(RECOVERY.publicKey()),
        new Home(head.publicKey(), new PeerId(HEAD.publicKey().bytes()), List.of()),
        List.of(delegates),
        List.of(),
        Optional.empty(),
        signers.stream().map(SigningKey::publicKey).sorted().toList(),
        START,
        Optional.empty());
  }

  public static Delegate delegate(long from, long until, Cap... caps) {
    return new Delegate(
        DELEGATE.publicKey(), List.of("module/"), List.of(caps), from, until, Optional.empty());
  }

  public AuthorityView claim(String authority, Delegate... delegates) {
    Cid envelope = sign(genesis(authority, OWNER, delegates), OWNER, RECOVERY);
    return registrar.claim(envelope, offered());
  }

  public static Statement statement(
      AuthorityView view, String path, PublicKey key, Statement.Op op) {
    return statement(view, path, key, op, Optional.empty(), START);
  }

  public static Statement statement(
      AuthorityView view,
      String path,
      PublicKey key,
      Statement.Op op,
      Optional<Cid> replaces,
      long created) {
    return new Statement(
        view.id(),
        path,
        view.keyHead().cid(),
        key,
        op,
        Optional.empty(),
        replaces,
        created,
        Optional.empty());
  }

  public static ModuleRecord.Builder record(String name, String version) {
    return ModuleRecord.named(Name.parse(name), Version.parse(version));
  }

  /** The release that fits a record; authorities are bound as the registrar has them. */
  public Statement.Release release(ModuleRecord record) {
    Map<String, Cid> bound = new HashMap<>();
    record
        .authoritiesNamed()
        .forEach(name -> bound.put(name, registrar.authority(name).orElseThrow().id()));
    return new Statement.Release(
        record.version().toString(),
        put(record.encode()),
        List.copyOf(record.carriedPaths()),
        bound);
  }

  /** Signs and submits the release of a record by the owner. */
  public Receipt publish(AuthorityView view, ModuleRecord record) {
    return submit(statement(view, record.name().path(), OWNER.publicKey(), release(record)), OWNER);
  }

  public Receipt publish(AuthorityView view, String path, String version) {
    return publish(view, record(view.name() + "/" + path, version).build());
  }

  public Receipt submit(Statement statement, SigningKey key) {
    return Registrar.await(registrar.submit(sign(statement, key), offered()));
  }

  public Receipt tag(
      AuthorityView view, String path, String tag, String version, Optional<Cid> replaces) {
    return submit(
        statement(view, path, OWNER.publicKey(), new Statement.Tag(tag, version), replaces, START),
        OWNER);
  }

  public static List<PublicKey> sorted(SigningKey... keys) {
    return Stream.of(keys).map(SigningKey::publicKey).sorted().toList();
  }
}
