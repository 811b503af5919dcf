package org.dxos.dmg.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.Head;

/**
 * Judges everything that is stored as if it had just arrived: every block against its CID, and
 * every authority from its genesis through each of its heads, with every statement that they add.
 * Reads all there is, so it takes a while on a large store.
 */
public final class Audit {

  private final BlockStore store;
  private final List<String> faults = new ArrayList<>();
  private long blocks;
  private long heads;
  private long statements;

  private Audit(BlockStore store) {
    this.store = store;
  }

  /**
   * What was looked at, and what is wrong.
   *
   * @param faults one line each; empty if all is well
   */
  public record Report(long blocks, long heads, long statements, List<String> faults) {
    public Report {
      faults = List.copyOf(faults);
    }
  }

  /** Looks at a store and the authorities that it holds. Changes nothing. */
  public static Report of(BlockStore store, List<AuthorityView> authorities) {
    Audit audit = new Audit(store);
    store.eachBlock(audit::block);
    authorities.forEach(audit::authority);
    return new Report(audit.blocks, audit.heads, audit.statements, audit.faults);
  }

  private void block(Cid cid) {
    blocks++;
    try {
      if (store.get(cid).isEmpty()) {
        faults.add("block `" + cid + "` is listed and not there");
      }
    } catch (RuntimeException e) {
      fault(e);
    }
  }

  private void authority(AuthorityView view) {
    try {
      Signed<AuthorityEntry> genesis =
          Signed.read(store, view.keyHead().cid(), AuthorityEntry.class);
      KeyRules.requireGenesis(genesis);
      Deque<Signed<Head>> chain = new ArrayDeque<>();
      Optional<Cid> at = view.head().map(Signed::cid);
      while (at.isPresent()) {
        Signed<Head> head = Signed.read(store, at.get(), Head.class);
        chain.push(head);
        at = head.body().prev();
      }
      Optional<Signed<Head>> before = Optional.empty();
      for (Signed<Head> head : chain) {
        MerkleSearchTree reached = HeadRules.check(head, view.id(), genesis, before, store);
        heads++;
        statements += head.body().added().size();
        if (!reached.root().equals(head.body().state())) {
          throw new IllegalStateException(
              "head " + head.cid() + " was checked and leads elsewhere");
        }
        before = Optional.of(head);
      }
    } catch (RuntimeException e) {
      fault(e);
    }
  }

  /** A fault of what is stored; anything else is a fault of ours, and not swallowed. */
  private void fault(RuntimeException e) {
    if (!(e instanceof Explained explained)) {
      throw e;
    }
    faults.add(explained.message());
  }
}
