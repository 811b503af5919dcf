package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.List;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.Standing;

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

  /** Offers everything held of an authority to an empty dossier, as if it came from a stranger. */
  private void authority(AuthorityView view) {
    try {
      Dossier held =
          Evidence.dossier(view.id(), view.standing().state(), store, (_, _) -> {}, store);
      Dossier anew = new Dossier(view.id(), store, (_, _) -> {});
      for (Cid envelope : held.inOrder()) {
        anew.offer(envelope);
      }
      for (Cid waiting : anew.waiting()) {
        faults.add("`" + waiting + "` of `" + view.name() + "` links to what is not held");
      }
      for (Head head : anew.headBodies()) {
        heads++;
        statements += head.added().size();
      }
      Standing verdict = Axiom.of(anew);
      if (!verdict.state().equals(view.standing().state())) {
        faults.add(
            "authority `"
                + view.name()
                + "`: what is held leads to "
                + verdict.state()
                + ", stored is "
                + view.standing().state());
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
