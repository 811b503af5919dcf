package org.dxos.dmg.admission;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.verdict.AuthorityView;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.SpaceLog;
import org.dxos.dmg.verdict.Standing;

/**
 * What a node holds, as it stands on disk: the authorities, the names bound to them, and the node
 * tree. Written by the clerk alone, after each commit; read by anybody.
 */
final class Holdings {

  private static final String CLAIM = "authority/";

  private final Map<Cid, AuthorityView> views = new ConcurrentHashMap<>();
  private final Map<String, Cid> names = new ConcurrentHashMap<>();
  private volatile NodeTree tree;
  private volatile Chain chain;
  private volatile Optional<SpaceLog> space;

  private Holdings(NodeTree tree, Chain chain, Optional<SpaceLog> space) {
    this.tree = tree;
    this.chain = chain;
    this.space = space;
  }

  static Holdings load(BlockStore store) {
    NodeTree tree = NodeTree.load(store);
    Holdings holdings = new Holdings(tree, SpaceRegisters.chain(store), SpaceRegisters.log(store));
    for (Cid id : NodeTree.ids(tree, store)) {
      holdings.views.put(id, view(id, tree.state(id, store).orElseThrow(), store));
    }
    holdings.names.putAll(names(store));
    return holdings;
  }

  /** The names that are bound in a store. */
  static Map<String, Cid> names(BlockStore store) {
    Map<String, Cid> names = new TreeMap<>();
    for (String register : store.registers(CLAIM)) {
      String name = register.substring(CLAIM.length());
      store.register(register).ifPresent(id -> names.put(name, Cid.fromBytes(id)));
    }
    return names;
  }

  /** An authority whose state is {@code state}. */
  static AuthorityView view(Cid id, AuthorityState state, BlockStore store) {
    Standing standing = Evidence.standing(id, state, store);
    return new AuthorityView(
        id,
        standing,
        standing
            .tip()
            .map(head -> MerkleSearchTree.at(head.body().state(), store))
            .orElseGet(() -> MerkleSearchTree.empty(store)));
  }

  /** The authority to which a name is bound in a store. */
  static Optional<Cid> bound(String name, BlockStore store) {
    return store.register(CLAIM + name).map(Cid::fromBytes);
  }

  /** Binds a name to an authority, in the batch that admits it. */
  static void bind(String name, Cid id, Batch batch) {
    batch.set(CLAIM + name, id.bytes());
  }

  Optional<AuthorityView> authority(Cid id) {
    return Optional.ofNullable(views.get(id));
  }

  AuthorityView need(Cid id) {
    return authority(id).orElseThrow();
  }

  /** The id to which a name is bound. */
  Optional<Cid> bound(String name) {
    return Optional.ofNullable(names.get(name));
  }

  List<AuthorityView> authorities() {
    return List.copyOf(views.values());
  }

  NodeTree tree() {
    return tree;
  }

  /** The chain whose heads are held. */
  Chain chain() {
    return chain;
  }

  /** The log of the space that this is of. */
  Optional<SpaceLog> space() {
    return space;
  }

  /** Shows what a commit has made of the space's log. */
  void show(SpaceLog log) {
    chain = Chain.of(log);
    space = Optional.of(log);
  }

  /** Shows a name as a commit has bound it. */
  void showBound(String name, Cid id) {
    names.put(name, id);
  }

  /** Shows what a commit has made durable. */
  void show(Collection<AuthorityView> changed, NodeTree next) {
    for (AuthorityView view : changed) {
      views.put(view.id(), view);
    }
    tree = next;
  }
}
