package org.dxos.dmg.admission;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityState;
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

  /** The ids of all authorities that are held, those that never leave the node last. */
  public static List<Cid> ids(BlockStore store) {
    return NodeTree.ids(NodeTree.load(store), store);
  }

  /** The root of the tree of everything held, as it was last written; empty in a new store. */
  public static Optional<Cid> root(BlockStore store) {
    return store.register(NodeTree.ROOT).map(Cid::fromBytes);
  }

  /** Where the authorities stand that never leave the node, each as its state. */
  public static Map<Cid, AuthorityState> local(BlockStore store) {
    Map<Cid, AuthorityState> states = new TreeMap<>();
    for (String register : store.registers(NodeTree.LOCAL)) {
      store
          .register(register)
          .ifPresent(
              state ->
                  states.put(
                      Cid.parse(register.substring(NodeTree.LOCAL.length())),
                      AuthorityState.decode(state)));
    }
    return states;
  }

  /** Envelopes that are held and do not stand, of all authorities. */
  public static List<Cid> aside(BlockStore store) {
    return Evidence.allAside(store);
  }

  /** The names that are bound, each with the id to which it is. */
  public static Map<String, Cid> names(BlockStore store) {
    return Holdings.names(store);
  }

  /** True if {@code id} is the authority to which its name is bound in a store. */
  public static boolean bound(String name, Cid id, BlockStore store) {
    return Holdings.bound(name, store).equals(Optional.of(id));
  }
}
