package org.dxos.dmg.care;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.admission.Remade;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.cid.Cid;

/**
 * Puts right what is at fault in a store: blocks from copies, each hashed before it is taken, and
 * nodes of state trees from the statements that led to them. No signature is made and no verdict
 * changed; what cannot be put right is told again.
 */
public final class Mending {

  private static final long BATCH_BYTES = 8L * 1024 * 1024;

  private Mending() {}

  /**
   * What was done.
   *
   * @param fetched blocks that came from copies, or were made again
   * @param dropped damaged blocks to which nothing leads, taken away
   * @param after how the store is now
   */
  public record Mended(long fetched, long dropped, Fsck.Report after) {}

  /**
   * Puts right what can be.
   *
   * @param before what was found; nothing has changed since
   * @param given where blocks may be had; what it gives need not be right
   */
  public static Mended of(BlockStore store, Whose whose, Fsck.Report before, BlockSource given) {
    return of(store, whose, before, given, false);
  }

  /**
   * As {@link #of(BlockStore, Whose, Fsck.Report, BlockSource)}, for a store of which nobody knows
   * what it had: what need not be held is asked for as well.
   */
  public static Mended rescue(
      BlockStore store, Whose whose, Fsck.Report before, BlockSource given) {
    return of(store, whose, before, given, true);
  }

  private static Mended of(
      BlockStore store, Whose whose, Fsck.Report before, BlockSource given, boolean everything) {
    BlockSource remade = new Remade(store);
    BlockSource copies = cid -> given.get(cid).filter(cid::matches).or(() -> remade.get(cid));
    // A copy is taken once: where it lies in what is damaged, it does no good a second time.
    Set<Cid> tried = new LinkedHashSet<>(Fsck.wanted(before));
    long fetched = fetch(tried, store, copies);
    // Behind a block that was not held there may be more that are not.
    while (true) {
      Set<Cid> wanted = new LinkedHashSet<>();
      Reach reach = new Reach(store, whose.ours(), new Wanted(wanted, whose, everything));
      reach.follow();
      boolean known = wanted.isEmpty();
      wanted.removeAll(tried);
      tried.addAll(wanted);
      long more = fetch(wanted, store, copies);
      fetched += more;
      if (more == 0) {
        long dropped = known ? drop(before, reach, store) : 0;
        return new Mended(fetched, dropped, Fsck.of(store, whose));
      }
    }
  }

  private record Wanted(Set<Cid> wanted, Whose whose, boolean everything) implements Reach.Gaps {
    @Override
    public void absent(Reach.Part part, Cid cid, boolean ours, String of) {
      boolean needed = !whose.withheld().contains(cid) && (ours || part != Reach.Part.BUNDLE);
      if (needed || everything) {
        wanted.add(cid);
      }
    }

    @Override
    public void unusable(Reach.Part part, Cid cid, RuntimeException why) {
      if (why instanceof StorageException) {
        wanted.add(cid);
      }
    }
  }

  private static long fetch(Set<Cid> wanted, BlockStore store, BlockSource copies) {
    long fetched = 0;
    Batch batch = new Batch();
    long bytes = 0;
    for (Cid cid : wanted) {
      Optional<byte[]> copy = copies.get(cid).filter(cid::matches);
      if (copy.isPresent()) {
        batch.put(cid, copy.get());
        bytes += copy.get().length;
        fetched++;
      }
      if (bytes > BATCH_BYTES) {
        store.commit(batch);
        batch = new Batch();
        bytes = 0;
      }
    }
    if (!batch.isEmpty()) {
      store.commit(batch);
    }
    return fetched;
  }

  /** Damaged blocks that nothing leads to need no copy. Only asked once all ways are known. */
  private static long drop(Fsck.Report before, Reach reach, BlockStore store) {
    List<Cid> useless = new ArrayList<>();
    for (Fault fault : before.faults()) {
      if (fault.kind() == Fault.Kind.CORRUPT) {
        fault.block().filter(cid -> !reach.isLive(cid)).ifPresent(useless::add);
      }
    }
    if (!useless.isEmpty()) {
      Batch batch = new Batch();
      useless.forEach(batch::discard);
      store.commit(batch);
    }
    return useless.size();
  }
}
