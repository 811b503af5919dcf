package org.dxos.dmg.sync.replica;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.admission.Stored;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;

/**
 * Which blocks of a node may be given to others. Safe for many threads.
 *
 * <p>A block is public if an authority that may be told to others leads to it: by its key log, a
 * head, a statement that a head added, the record of such a release, a file of that record, a block
 * of its bundles, a proof of a fork, or a node of its newest tree; and if nothing on the way is
 * withheld. What was only uploaded, what waits for its home, what was put aside, and what {@code
 * local.…} names alone lead to is not. A block is what its bytes are: one that is reached both in
 * public and otherwise is public.
 *
 * <p>It is worked out when it is first asked for, from what is held, which takes seconds where that
 * is much, and grows by the journal then. It begins anew where the rules change. Nothing of it is
 * on disk; in memory it is 32 to 64 bytes a block.
 */
public final class PublicBlocks {

  private static final String KEY = "a/";
  private static final int JOURNAL_PAGE = 1024;

  private final Holder holder;
  private final BlockStore store;
  private Rules rules;
  private Reachable open;
  private long read;

  /** What waits for its home, for the linked alone: they fetch it where it is handed on. */
  private Reachable waiting;

  private List<Holder.Waiting> waits = List.of();

  public PublicBlocks(Holder holder) {
    this.holder = holder;
    this.store = holder.store();
    this.rules = holder.rules();
    this.open = new Reachable(store, rules);
    this.waiting = new Reachable(store, rules);
  }

  /** The block, if it is held and anybody may have it. */
  public Optional<byte[]> get(Cid cid) {
    return isPublic(cid) ? store.get(cid) : Optional.empty();
  }

  /** True if {@link #get} would find it. */
  public boolean has(Cid cid) {
    return isPublic(cid) && store.has(cid);
  }

  /** The block, if it is held and whoever is linked may have it. */
  Optional<byte[]> forLinked(Cid cid) {
    return isPublic(cid) || isWaiting(cid) ? store.get(cid) : Optional.empty();
  }

  /** True if this block is given to nobody. */
  boolean isWithheld(Cid cid) {
    return holder.rules().withholds(cid);
  }

  /** Blocks of bundles were kept that nobody committed. */
  public synchronized void came(Map<Cid, byte[]> blocks) {
    open.came(blocks.keySet());
    waiting.came(blocks.keySet());
  }

  /** Takes in what is held now, so that who asks later does not wait for it. */
  public synchronized void prepare() {
    boolean unused = follow();
  }

  /** How many are known to be public. */
  public synchronized int size() {
    return open.size();
  }

  /** True if anybody may have it, whether it is held or not: a bundle may come later. */
  public synchronized boolean isPublic(Cid cid) {
    Rules now = holder.rules();
    if (!cid.storable() || now.withholds(cid)) {
      return false;
    }
    if (!now.equals(rules)) {
      begin(now);
    }
    if (open.contains(cid)) {
      return true;
    }
    return follow() && open.contains(cid);
  }

  private void begin(Rules now) {
    rules = now;
    open = new Reachable(store, now);
    read = 0;
    waiting = new Reachable(store, now);
    waits = List.of();
  }

  /** Takes in what was committed since. False if nothing was. */
  private boolean follow() {
    if (store.journalEnd() == read) {
      return false;
    }
    try {
      Set<Cid> changed = new LinkedHashSet<>();
      for (List<JournalEntry> page = page(); !page.isEmpty(); page = page()) {
        page.forEach(entry -> changed.add(entry.genesis()));
        read = page.getLast().position();
      }
      // Read after the journal: where it is ahead, what it has is only looked at sooner. What never
      // leaves the node is not in it.
      Optional<MerkleSearchTree> tree =
          Stored.root(store).map(root -> MerkleSearchTree.at(root, store));
      for (Cid genesis : changed) {
        tree.flatMap(all -> all.get(KEY + genesis)).ifPresent(open::authority);
      }
      return true;
    } catch (RuntimeException | Error e) {
      begin(rules); // what was half followed would never be followed again
      throw e;
    }
  }

  private List<JournalEntry> page() {
    return store.journal(read, JOURNAL_PAGE);
  }

  private synchronized boolean isWaiting(Cid cid) {
    if (!cid.storable() || rules.withholds(cid)) {
      return false;
    }
    List<Holder.Waiting> now = new ArrayList<>(holder.waiting());
    if (!now.equals(waits)) {
      waiting = new Reachable(store, rules);
      now.forEach(one -> waiting.statement(one.statement()));
      waits = now;
    }
    return waiting.contains(cid);
  }
}
