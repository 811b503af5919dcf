package org.dxos.dmg.sync.replica;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.admission.Learned;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.SpaceLog;

/** What a node holds, and its door. Safe for many threads. */
public interface Holder {

  /** Where everything held can be read. */
  BlockStore store();

  /** The tree of all authorities that may be told to others. */
  MerkleSearchTree tree();

  /** An authority that may be told to others. */
  Optional<AuthorityView> authority(Cid id);

  /** The log of the space that this is of; empty in public, and before any of it came. */
  default Optional<SpaceLog> space() {
    return Optional.empty();
  }

  /** What is let out; others once the operator changed his mind. */
  Rules rules();

  /** True if this node wants to hold an authority of this name. */
  boolean admits(String authority);

  /** True if an operator has pinned this authority: it counts towards no quota. */
  boolean isPinned(Cid genesis);

  /** What a peer that is not followed for everything may bring within an hour. */
  Quota.Limits quota();

  /**
   * Takes envelopes of one authority's key log and heads.
   *
   * @param envelopes oldest first
   * @param offered blocks that came with them
   */
  Learned learn(Cid genesis, List<Cid> envelopes, BlockSource offered);

  /** Keeps blocks of bundles that were checked. */
  void keep(Map<Cid, byte[]> blocks);

  /**
   * A statement on its way to the home of its authority.
   *
   * @param statement its envelope
   * @param home peer id of the home, base58
   */
  record Waiting(Cid statement, String home) {}

  /** Statements that were handed in here, and whose home is elsewhere. */
  List<Waiting> waiting();

  /** The home of a statement that waits has answered. */
  void answered(Cid statement, Submitted answer);

  /**
   * What becomes of a statement that a peer hands in, for all that is known without its bundles.
   *
   * @param refusal why it is refused, whatever its bundles are
   * @param bundles that have to be here before it is handed in with {@link #submit}
   */
  record Weighed(Optional<Submitted> refusal, List<Bundle> bundles) {
    public Weighed {
      bundles = List.copyOf(bundles);
    }

    /** One that is taken, if its bundles are what its record says. */
    public static Weighed taken(List<Bundle> bundles) {
      return new Weighed(Optional.empty(), bundles);
    }

    /** One that is refused. */
    public static Weighed refused(Submitted refusal) {
      return new Weighed(Optional.of(refusal), List.of());
    }
  }

  /**
   * Judges a statement that a peer hands in before anything is fetched for it; changes nothing.
   *
   * @param offered blocks that came with it
   */
  Weighed weigh(Cid statement, BlockSource offered);

  /**
   * Takes a statement that a peer hands in: adds it if this is the home of its authority, keeps it
   * as waiting if it is not.
   *
   * @param offered blocks that came with it
   */
  Submitted submit(Cid statement, BlockSource offered);
}
