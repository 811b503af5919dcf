package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.Replay;
import org.dxos.dmg.verdict.Signed;

/**
 * Nodes of state trees, made again from the statements of heads that are held, for a store that
 * lost some of them. The trees come out as they were signed or not at all. Made when they are first
 * asked for, which reads every head and statement. Used by one thread.
 */
public final class Remade implements BlockSource {

  private final BlockStore store;
  private Optional<List<Replay>> trees = Optional.empty();

  /**
   * @param store of which the node tree, key logs, heads and statements are whole; of an authority
   *     where they are not, nothing is made
   */
  public Remade(BlockStore store) {
    this.store = store;
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    List<Replay> all = trees.orElseGet(this::replay);
    trees = Optional.of(all);
    for (Replay one : all) {
      try {
        Optional<byte[]> node = one.get(cid).filter(cid::matches);
        if (node.isPresent()) {
          return node;
        }
      } catch (StorageException.Corrupt e) {
        continue; // it was not made, and what is held is what is at fault
      }
    }
    return Optional.empty();
  }

  private List<Replay> replay() {
    List<Replay> all = new ArrayList<>();
    try {
      for (Cid id : Stored.ids(store)) {
        replay(id).ifPresent(all::add);
      }
    } catch (RuntimeException e) {
      requireExplained(e); // without a node tree it is not known what was held
    }
    return all;
  }

  private Optional<Replay> replay(Cid id) {
    try {
      Optional<AuthorityState> state = NodeTree.load(store).state(id, store);
      if (state.isEmpty()) {
        return Optional.empty();
      }
      Dossier held = Evidence.dossier(id, state.get(), store, (_, _) -> {}, store);
      Replay replay = new Replay(store);
      Dossier anew = new Dossier(id, held.chain(), replay, replay);
      for (Cid envelope : held.inOrder()) {
        anew.offer(envelope);
        if (Signed.read(store, envelope, Body.class).body() instanceof Head head) {
          replay.passed(head);
        }
      }
      return Axiom.of(anew).state().equals(state.get()) ? Optional.of(replay) : Optional.empty();
    } catch (RuntimeException e) {
      requireExplained(e); // what it says is told by fsck
      return Optional.empty();
    }
  }

  private static void requireExplained(RuntimeException e) {
    if (!(e instanceof Explained)) {
      throw e;
    }
  }
}
