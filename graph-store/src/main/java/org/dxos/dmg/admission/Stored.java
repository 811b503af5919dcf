package org.dxos.dmg.admission;

import java.util.Optional;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.verdict.AuthorityView;

/** What a store has of authorities, for those who follow its journal. */
public final class Stored {

  private Stored() {}

  /**
   * An authority as it stands in a store.
   *
   * @return empty if it is not held
   */
  public static Optional<AuthorityView> authority(Cid id, BlockStore store) {
    return NodeTree.load(store).state(id, store).map(state -> Holdings.view(id, state, store));
  }

  /** True if {@code id} is the authority to which its name is bound in a store. */
  public static boolean bound(String name, Cid id, BlockStore store) {
    return Holdings.bound(name, store).equals(Optional.of(id));
  }
}
