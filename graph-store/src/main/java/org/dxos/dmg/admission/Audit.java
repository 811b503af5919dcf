package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.Replay;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing;

/**
 * Judges everything that is stored of an authority as if it had just arrived from a stranger: its
 * key log from the genesis, each of its heads, with every statement that they add. Reads all there
 * is of it but files and bundles.
 */
public final class Audit {

  private Audit() {}

  /**
   * What was looked at, and what is wrong.
   *
   * @param faults one line each; empty if all is well
   */
  public record Report(long heads, long statements, List<String> faults) {
    public Report {
      faults = List.copyOf(faults);
    }
  }

  /** Looks at one authority. Changes nothing. */
  public static Report of(Cid id, BlockStore store) {
    List<String> faults = new ArrayList<>();
    long heads = 0;
    long statements = 0;
    try {
      Optional<AuthorityState> state = NodeTree.load(store).state(id, store);
      if (state.isEmpty()) {
        return new Report(0, 0, List.of("authority `" + id + "` is not held"));
      }
      Dossier held = Evidence.dossier(id, state.get(), store, (_, _) -> {}, store);
      Replay replay = new Replay(store);
      Dossier anew = new Dossier(id, held.chain(), replay, replay);
      for (Cid envelope : held.inOrder()) {
        anew.offer(envelope);
        if (Signed.read(store, envelope, Body.class).body() instanceof Head head) {
          replay.passed(head);
          heads++;
          statements += head.added().size();
        }
      }
      for (Cid waiting : anew.waiting()) {
        faults.add("`" + waiting + "` of authority `" + id + "` links to what is not held");
      }
      Standing verdict = Axiom.of(anew);
      if (!verdict.state().equals(state.get())) {
        faults.add(
            "authority `"
                + id
                + "`: what is held leads to "
                + verdict.state()
                + ", stored is "
                + state.get());
      }
    } catch (RuntimeException e) {
      // A fault of what is stored; anything else is a fault of ours, and not swallowed.
      if (!(e instanceof Explained explained)) {
        throw e;
      }
      faults.add("authority `" + id + "`: " + explained.message());
    }
    return new Report(heads, statements, faults);
  }
}
