package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityEntry.Cap;
import org.dxos.dmg.trust.AuthorityEntry.Delegate;
import org.dxos.dmg.trust.AuthorityEntry.Home;
import org.dxos.dmg.trust.AuthorityEntry.Revoked;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SigningKey;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;
import org.dxos.dmg.verdict.Standing;
import org.dxos.dmg.verdict.Verdict;

/** Makes signed things about one authority, sound or not, without a node. */
public final class Forge implements BlockSource {

  public static final long START = 1_790_000_000;

  public final Map<Cid, byte[]> blocks = new HashMap<>();

  public static SigningKey key(int n) {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) n);
    return SigningKey.ofSeed(seed);
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    return Optional.ofNullable(blocks.get(cid));
  }

  public Cid put(byte[] block) {
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    return cid;
  }

  <B extends Body> Signed<B> sign(B body, List<SigningKey> keys) {
    byte[] block = body.encode();
    put(block);
    Envelope envelope = Envelope.sign(body.type(), block, keys);
    return new Signed<>(put(envelope.encode()), envelope, body);
  }

  /** The fields of a key log entry, to be changed before it is signed. */
  public static final class Draft {
    public String authority = "org.dxos";
    public long seq;
    public Optional<Cid> genesis = Optional.empty();
    public Optional<Cid> prev = Optional.empty();
    public KeySet owners = KeySet.of(key(2).publicKey());
    public KeySet recovery = KeySet.of(key(3).publicKey());
    public PublicKey head = key(1).publicKey();
    public List<Delegate> delegates = new ArrayList<>();
    public List<Revoked> revoked = new ArrayList<>();
    public Optional<Cid> resolves = Optional.empty();
    public long created = START;

    public Draft revoke(SigningKey key, Optional<Cid> lastGood) {
      revoked.removeIf(one -> one.key().equals(key.publicKey()));
      revoked.add(new Revoked(key.publicKey(), lastGood, "lost"));
      delegates.removeIf(one -> one.key().equals(key.publicKey()));
      return this;
    }

    public Draft delegate(SigningKey key, String scope, Cap... caps) {
      delegates.add(
          new Delegate(
              key.publicKey(),
              List.of(scope),
              List.of(caps),
              START - 100,
              START + 30 * 86_400,
              Optional.empty()));
      return this;
    }

    public AuthorityEntry entry(SigningKey... signers) {
      return new AuthorityEntry(
          authority,
          seq,
          genesis,
          prev,
          owners,
          recovery,
          new Home(head, new PeerId(key(1).publicKey().bytes()), List.of()),
          delegates.stream().sorted(java.util.Comparator.comparing(Delegate::key)).toList(),
          revoked.stream().sorted(java.util.Comparator.comparing(Revoked::key)).toList(),
          resolves,
          Stream.of(signers).map(SigningKey::publicKey).sorted().toList(),
          created,
          Optional.empty());
    }
  }

  public static KeySet keys(int threshold, SigningKey... keys) {
    return new KeySet(threshold, Stream.of(keys).map(SigningKey::publicKey).sorted().toList());
  }

  public Signed<AuthorityEntry> genesis(Consumer<Draft> change, SigningKey... signers) {
    Draft draft = new Draft();
    change.accept(draft);
    return sign(draft.entry(signers), List.of(signers));
  }

  /** The entry after {@code before}, the same but for {@code change}. */
  public Signed<AuthorityEntry> next(
      Signed<AuthorityEntry> before, Consumer<Draft> change, SigningKey... signers) {
    AuthorityEntry body = before.body();
    Draft draft = new Draft();
    draft.authority = body.authority();
    draft.seq = body.seq() + 1;
    draft.genesis = body.genesis().or(() -> Optional.of(before.envelope().body()));
    draft.prev = Optional.of(before.cid());
    draft.owners = body.owners();
    draft.recovery = body.recovery();
    draft.head = body.home().headKey();
    draft.delegates.addAll(body.delegates());
    draft.revoked.addAll(body.revoked());
    draft.created = body.created() + 1;
    change.accept(draft);
    return sign(draft.entry(signers), List.of(signers));
  }

  public Signed<Statement> statement(
      KeyLog log, SigningKey key, String path, Optional<Cid> replaces, Statement.Op op) {
    return sign(
        new Statement(
            log.id(),
            path,
            log.last().cid(),
            key.publicKey(),
            op,
            Optional.empty(),
            replaces,
            START,
            Optional.empty()),
        List.of(key));
  }

  public Signed<Statement> release(KeyLog log, SigningKey key, String path, String version) {
    return statement(log, key, path, Optional.empty(), release(path, version));
  }

  public static Statement.Release release(String path, String version) {
    return new Statement.Release(
        version,
        DagCbor.cid((path + version).getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        List.of(),
        Map.of());
  }

  /** A head with the state that its statements lead to, whether or not they may be said. */
  @SafeVarargs
  public final Signed<Head> head(
      KeyLog log,
      Optional<Signed<Head>> prev,
      Set<Cid> voided,
      SigningKey headKey,
      Signed<Statement>... added) {
    MerkleSearchTree state =
        prev.isPresent()
            ? MerkleSearchTree.at(prev.get().body().state(), this)
            : MerkleSearchTree.empty(this);
    for (Signed<Statement> one : added) {
      Verdict verdict = Slots.apply(state, one.cid(), one.body(), voided, this);
      state =
          verdict instanceof Verdict.Accepted accepted
              ? accepted.state()
              : state.put(Slots.of(one.body()), one.cid());
    }
    return head(log, prev, state.write(blocks::put).root(), headKey, added);
  }

  @SafeVarargs
  public final Signed<Head> head(
      KeyLog log,
      Optional<Signed<Head>> prev,
      Cid state,
      SigningKey headKey,
      Signed<Statement>... added) {
    long issued = START + prev.map(one -> one.body().epoch() + 1).orElse(0L);
    return sign(
        new Head(
            log.id(),
            Optional.empty(),
            log.last().body().seq(),
            prev.map(one -> one.body().epoch() + 1).orElse(0L),
            prev.map(Signed::cid),
            log.last().cid(),
            Stream.of(added).map(Signed::cid).toList(),
            state,
            issued,
            issued + 1000,
            Optional.empty()),
        List.of(headKey));
  }

  public Dossier dossier(Cid genesis) {
    return new Dossier(genesis, this, blocks::putIfAbsent);
  }

  /** The verdict on some envelopes, offered in the order given. */
  public Standing verdict(Cid genesis, List<Cid> envelopes) {
    Dossier dossier = dossier(genesis);
    envelopes.forEach(dossier::offer);
    return Axiom.of(dossier);
  }
}
