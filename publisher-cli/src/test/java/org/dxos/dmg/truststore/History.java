package org.dxos.dmg.truststore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.cid.PeerId;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.KeySet;
import org.dxos.dmg.trust.SigningKey;

/** Signed histories of one authority, for a reader who sees no more than links and keys. */
final class History {

  static final long TIME = 1_800_000_000;
  static final long DAYS_90 = 90L * 86_400;

  final SigningKey owner;
  final SigningKey recovery;
  final Map<Cid, byte[]> blocks = new HashMap<>();
  final BlockSource source = cid -> Optional.ofNullable(blocks.get(cid));
  final Cid genesis;
  final Entry first;
  private final String name;
  private final Cid state = MerkleSearchTree.empty(source).write(blocks::put).root();

  /** An entry and its envelope. */
  record Entry(AuthorityEntry body, Cid envelope, SigningKey headKey) {}

  History(String name, int seed) {
    this.name = name;
    this.owner = key(seed);
    this.recovery = key(seed + 1);
    SigningKey headKey = key(seed + 2);
    this.first =
        sign(
            0,
            Optional.empty(),
            Optional.empty(),
            headKey,
            List.of(),
            Optional.empty(),
            List.of(owner, recovery));
    this.genesis = DagCbor.cid(first.body().encode());
  }

  static SigningKey key(int number) {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) number);
    return SigningKey.ofSeed(seed);
  }

  Cid put(byte[] block) {
    Cid cid = DagCbor.cid(block);
    blocks.put(cid, block);
    return cid;
  }

  private Cid sign(Body body, List<SigningKey> keys) {
    put(body.encode());
    return put(Envelope.sign(body.type(), body.encode(), keys).encode());
  }

  private Entry sign(
      long seq,
      Optional<Cid> id,
      Optional<Cid> prev,
      SigningKey headKey,
      List<AuthorityEntry.Revoked> revoked,
      Optional<Cid> resolves,
      List<SigningKey> by) {
    AuthorityEntry body =
        new AuthorityEntry(
            name,
            seq,
            id,
            prev,
            KeySet.of(owner.publicKey()),
            KeySet.of(recovery.publicKey()),
            new AuthorityEntry.Home(
                headKey.publicKey(), new PeerId(key(99).publicKey().bytes()), List.of()),
            List.of(),
            revoked.stream()
                .sorted(java.util.Comparator.comparing(AuthorityEntry.Revoked::key))
                .toList(),
            resolves,
            by.stream().map(SigningKey::publicKey).sorted().toList(),
            TIME + seq,
            Optional.empty());
    return new Entry(body, sign(body, by), headKey);
  }

  /** An entry that moves the home to another head key. */
  Entry moved(Entry before, int headKey, Optional<Cid> lastGood, SigningKey... by) {
    List<AuthorityEntry.Revoked> revoked = new ArrayList<>(before.body().revoked());
    revoked.add(
        new AuthorityEntry.Revoked(before.headKey().publicKey(), lastGood, "key " + headKey));
    return sign(
        before.body().seq() + 1,
        Optional.of(genesis),
        Optional.of(before.envelope()),
        key(headKey),
        revoked,
        Optional.empty(),
        List.of(by));
  }

  /** Heads in a row, each an envelope, after {@code prev}. */
  List<Cid> heads(Entry under, Optional<Cid> prev, long epoch, int count, long salt) {
    List<Cid> heads = new ArrayList<>();
    Optional<Cid> before = prev;
    for (int i = 0; i < count; i++) {
      Head head =
          new Head(
              genesis,
              Optional.empty(),
              under.body().seq(),
              epoch + i,
              before,
              under.envelope(),
              List.of(),
              state,
              TIME + epoch + i + salt,
              TIME + epoch + i + salt + DAYS_90,
              Optional.empty());
      Cid envelope = sign(head, List.of(under.headKey()));
      heads.add(envelope);
      before = Optional.of(envelope);
    }
    return heads;
  }

  Watch.Offer offer(Entry keyHead, Cid head) {
    return new Watch.Offer(name, genesis, keyHead.envelope(), Optional.of(head), "the mirror");
  }
}
