package org.dxos.dmg.truststore;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.dxos.dmg.api.PublishReceipt;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.dagcbor.DagCbor;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.HeadChain;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Slots;

/**
 * Checks that a registry did what its receipt says: a head that is signed by the home of the
 * authority has the statement in its state, by the blocks in the receipt alone. Safe for many
 * threads; what statements share is read once.
 */
final class Receipts {

  private final BlockSource blocks;
  private final Function<Cid, Optional<KeyLog>> known;
  private final Map<Cid, KeyLog> logs = new ConcurrentHashMap<>();
  private final Map<Cid, Head> heads = new ConcurrentHashMap<>();

  /**
   * @param blocks of the registry, each checked against its CID by the source
   * @param known what this reader has seen of the key log of an authority id
   */
  Receipts(BlockSource blocks, Function<Cid, Optional<KeyLog>> known) {
    this.blocks = blocks;
    this.known = known;
  }

  /**
   * Checks one receipt.
   *
   * @param envelope of the statement that was handed in
   * @param place of the registry, for words
   * @throws TrustException with {@link ErrorCode#NOT_VERIFIED} if it proves something else
   */
  void require(PublishReceipt receipt, Cid envelope, Statement statement, String place) {
    if (receipt.status() == PublishReceipt.Status.PENDING) {
      return; // it promises nothing yet
    }
    if (receipt.status() == PublishReceipt.Status.ADDED && !receipt.statement().equals(envelope)) {
      throw broken(place, envelope, "it is for statement `" + receipt.statement() + "`");
    }
    Cid cid =
        receipt.head().orElseThrow(() -> broken(place, envelope, "it names no head that has it"));
    Map<Cid, byte[]> proof = new HashMap<>();
    receipt.proof().forEach(block -> proof.put(DagCbor.cid(block), block));
    try {
      Head head = heads.computeIfAbsent(cid, one -> head(one, statement.genesis()));
      if (!head.genesis().equals(statement.genesis())) {
        throw broken(place, envelope, "its head is of authority `" + head.genesis() + "`");
      }
      Optional<Cid> standing =
          MerkleSearchTree.at(head.state(), one -> Optional.ofNullable(proof.get(one)))
              .get(Slots.of(statement));
      if (!standing.equals(Optional.of(receipt.statement()))) {
        throw broken(
            place,
            envelope,
            "its proof shows " + standing.map(one -> "`" + one + "`").orElse("nothing"));
      }
    } catch (RuntimeException e) {
      if (e instanceof Explained explained && !(e instanceof TrustException)) {
        throw broken(place, envelope, explained.message());
      }
      throw e;
    }
  }

  private Head head(Cid cid, Cid genesis) {
    Signed<Head> head = Signed.read(blocks, cid, Head.class);
    KeyLog log =
        logs.computeIfAbsent(head.body().keyHead(), keyHead -> KeyLog.read(blocks, keyHead));
    // A head key that was revoked since signs for nobody, whatever key log the registry shows.
    KeyLog latest =
        known
            .apply(genesis)
            .filter(seen -> seen.position(log.last().cid()).isPresent())
            .orElse(log);
    if (!log.id().equals(genesis) || !HeadChain.stands(blocks, head, Chain.PUBLIC, latest)) {
      throw new TrustException(
          ErrorCode.NOT_VERIFIED,
          "read head `" + cid + "`: it is not one of the home of authority `" + genesis + "`",
          "do not trust this node; use another");
    }
    return head.body();
  }

  private static TrustException broken(String place, Cid envelope, String what) {
    return new TrustException(
        ErrorCode.NOT_VERIFIED,
        "believe the receipt of " + place + " for statement `" + envelope + "`: " + what,
        "the statement may not be published; ask another node for it");
  }
}
