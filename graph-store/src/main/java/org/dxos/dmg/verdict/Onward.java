package org.dxos.dmg.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;

/**
 * The case that nearly always is: heads that follow the tip one after the other, of an authority of
 * which nothing is disputed, revoked or put aside. The verdict on it can be seen without all that
 * came before: the newest of them is the tip, and nothing is void. So one head more costs as much
 * as that head, however long the chain is.
 *
 * <p>Whatever is not that case is told by {@link #offer}, and is for a {@link Dossier} of
 * everything held to judge: nothing is decided here that it would decide otherwise. Used once, by
 * one thread.
 */
public final class Onward {

  /** Heads looked back over for one that is held already. */
  private static final int MAX_BACK = 1024;

  private final AuthorityView before;
  private final Chain chain;
  private final BlockSource blocks;
  private final BlockSink sink;
  private final Ahead ahead;
  private final List<Signed<Head>> added = new ArrayList<>();
  private Optional<Signed<Head>> tip;
  private MerkleSearchTree state;

  private Onward(
      AuthorityView before, Chain chain, BlockSource blocks, BlockSink sink, Ahead ahead) {
    this.before = before;
    this.chain = chain;
    this.blocks = blocks;
    this.sink = sink;
    this.ahead = ahead;
    this.tip = before.head();
    this.state = before.state();
  }

  /**
   * Goes on from what stands.
   *
   * @param before nothing is held of it but what stands
   * @param chain of which its heads are
   * @param sink takes the nodes of the state trees that heads sign
   * @return empty if that is not as simple as it has to be
   */
  public static Optional<Onward> from(
      AuthorityView before, Chain chain, BlockSource blocks, BlockSink sink, Ahead ahead) {
    Standing standing = before.standing();
    boolean simple =
        standing.contest() == Standing.Contest.NONE
            && standing.forks().isEmpty()
            && standing.voided().isEmpty()
            && standing.awaited().isEmpty()
            && standing.log().others().isEmpty()
            && standing.log().last().body().revoked().isEmpty();
    return simple ? Optional.of(new Onward(before, chain, blocks, sink, ahead)) : Optional.empty();
  }

  /**
   * Takes an envelope, if it is held or the head after the last one.
   *
   * @return false if it is anything else, or not valid
   */
  public boolean offer(Cid envelope) {
    try {
      Signed<?> signed = ahead.envelope(envelope, blocks);
      return switch (signed.body()) {
        case AuthorityEntry _ ->
            before.log().entries().stream().anyMatch(one -> one.cid().equals(envelope));
        case Head head -> offer(new Signed<>(envelope, signed.envelope(), head));
        default -> false;
      };
    } catch (RuntimeException e) {
      if (e instanceof Explained) {
        return false;
      }
      throw e;
    }
  }

  private boolean offer(Signed<Head> head) {
    if (!head.body().prev().equals(tip.map(Signed::cid))) {
      return isHeld(head);
    }
    Optional<KeyLog> log = before.log().upTo(head.body().keyHead());
    if (log.isEmpty()) {
      return false;
    }
    HeadRules.requireSignature(head, chain, log.get(), ahead);
    HeadRules.requireLinks(head, log.get(), tip);
    state = HeadRules.check(head, chain, log.get(), state, Set.of(), blocks, sink, ahead);
    tip = Optional.of(head);
    added.add(head);
    return true;
  }

  private boolean isHeld(Signed<Head> head) {
    Optional<Signed<Head>> at = tip;
    for (int back = 0; back < MAX_BACK && at.isPresent(); back++) {
      if (at.get().body().epoch() <= head.body().epoch()) {
        return at.get().cid().equals(head.cid());
      }
      at = at.get().body().prev().map(prev -> Signed.read(blocks, prev, Head.class));
    }
    return false;
  }

  /** Heads that were not held, oldest first. */
  public List<Signed<Head>> added() {
    return List.copyOf(added);
  }

  /** The authority with them. */
  public AuthorityView view() {
    Standing standing = before.standing();
    return new AuthorityView(
        before.id(),
        new Standing(
            standing.log(),
            tip,
            standing.voided(),
            standing.contest(),
            standing.forks(),
            standing.awaited()),
        state);
  }
}
