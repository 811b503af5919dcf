package org.dxos.dmg.sync.replica;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.mst.TreeException;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.DagPb;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.ReleaseRules;
import org.dxos.dmg.verdict.Signed;

/**
 * The blocks that authorities and statements lead to, without passing one that is withheld. Grows,
 * and goes only where it has not been. Used by one thread at a time.
 *
 * <p>What lies behind a damaged block is not reached, and so not given out.
 */
final class Reachable {

  private final BlockStore store;
  private final Rules rules;
  private final BlockSet blocks = new BlockSet();

  /** Nodes of bundles that were not held when this came by: what they link is not known yet. */
  private final Set<Cid> awaited = new HashSet<>();

  Reachable(BlockStore store, Rules rules) {
    this.store = store;
    this.rules = rules;
  }

  /**
   * True if something leads to a block. A bundle that came since is looked into as it is asked for.
   */
  boolean contains(Cid cid) {
    boolean there = blocks.contains(cid);
    if (there && awaited.contains(cid) && store.has(cid)) {
      awaited.remove(cid);
      guarded(() -> links(cid));
    }
    return there;
  }

  int size() {
    return blocks.size();
  }

  /** Blocks of bundles that came in some other way than with a commit of an authority. */
  void came(Iterable<Cid> cids) {
    cids.forEach(this::contains);
  }

  /**
   * An authority's key log, heads and forks, with all that they lead to, and its newest tree; none
   * of it, if the rules do not let it out.
   *
   * @param cid of the block that says where it stands
   */
  void authority(Cid cid) {
    Optional<AuthorityState> read =
        guarded(() -> store.get(cid).map(AuthorityState::decode)).flatMap(one -> one);
    if (read.isEmpty() || !isLetOut(read.get().keyHead()) || !enter(cid)) {
      return;
    }
    AuthorityState state = read.get();
    chain(Optional.of(state.keyHead()));
    chain(state.head());
    for (Cid fork : state.forks()) {
      if (enter(fork)) {
        guarded(() -> store.get(fork).map(Fork::decode))
            .flatMap(one -> one)
            .ifPresent(
                proof -> {
                  chain(Optional.of(proof.a()));
                  chain(Optional.of(proof.b()));
                });
      }
    }
    state
        .head()
        .ifPresent(
            head ->
                guarded(
                    () ->
                        MerkleSearchTree.at(
                                Signed.read(store, head, Head.class).body().state(), store)
                            .eachNode(this::enter, _ -> {})));
  }

  private boolean isLetOut(Cid keyHead) {
    return guarded(() -> Signed.read(store, keyHead, AuthorityEntry.class))
        .filter(entry -> rules.admits(entry.body().authority()))
        .isPresent();
  }

  /** A key log or a chain of heads, from its newest backwards to where this has been. */
  private void chain(Optional<Cid> tip) {
    Optional<Cid> at = tip;
    while (at.isPresent() && enter(at.get())) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("the node stops");
      }
      Cid envelope = at.get();
      at =
          guarded(() -> signed(envelope))
              .flatMap(
                  body ->
                      switch (body) {
                        case AuthorityEntry entry -> entry.prev();
                        case Head head -> {
                          head.added().forEach(this::statement);
                          yield head.prev();
                        }
                        default -> Optional.empty();
                      });
    }
  }

  private Body signed(Cid envelope) {
    Signed<Body> signed = Signed.read(store, envelope, Body.class);
    enter(signed.envelope().body());
    return signed.body();
  }

  /** A statement, and of a release its record with files and bundles. */
  void statement(Cid envelope) {
    if (enter(envelope)) {
      guarded(() -> signed(envelope))
          .filter(Statement.class::isInstance)
          .map(Statement.class::cast)
          .map(Statement::op)
          .filter(Statement.Release.class::isInstance)
          .map(Statement.Release.class::cast)
          .ifPresent(release -> record(release.module()));
    }
  }

  private void record(Cid cid) {
    if (!enter(cid)) {
      return;
    }
    guarded(
        () -> {
          Optional<byte[]> block = store.get(cid);
          if (block.isEmpty() || !ReleaseRules.mayLink(block.get())) {
            return;
          }
          Optional<NewerRecord> newer = NewerRecord.read(block.get());
          if (newer.isPresent()) {
            newer.get().links().forEach(this::bundle);
            return;
          }
          ModuleRecord module = ModuleRecord.decode(block.get());
          module.links().forEach(this::bundle);
          module.bundles().forEach(bundle -> bundle(bundle.cid()));
        });
  }

  /** A block of a bundle, or a file of a record, with what is below it. */
  private void bundle(Cid root) {
    if (!root.storable() || root.codec() == Cid.DAG_CBOR || !enter(root)) {
      return;
    }
    if (root.codec() == Cid.DAG_PB) {
      links(root);
    }
  }

  private void links(Cid root) {
    Deque<Cid> open = new ArrayDeque<>();
    open.push(root);
    while (!open.isEmpty()) {
      Cid at = open.pop();
      Optional<byte[]> block = store.get(at);
      if (block.isEmpty()) {
        awaited.add(at);
        continue;
      }
      for (DagPb.Link link : DagPb.decode(block.get()).links()) {
        Cid below = link.cid();
        boolean ofBundle = below.codec() == Cid.RAW || below.codec() == Cid.DAG_PB;
        if (ofBundle && below.storable() && enter(below) && below.codec() == Cid.DAG_PB) {
          open.push(below);
        }
      }
    }
  }

  /** True if this comes here for the first time, and may. */
  private boolean enter(Cid cid) {
    return cid.storable() && !rules.withholds(cid) && blocks.add(cid);
  }

  private static void guarded(Runnable step) {
    Optional<Boolean> done =
        guarded(
            () -> {
              step.run();
              return true;
            });
  }

  private static <T> Optional<T> guarded(java.util.function.Supplier<T> step) {
    try {
      return Optional.of(step.get());
    } catch (FormatException | TreeException | StorageException | AdmissionException e) {
      return Optional.empty(); // damaged, or of somebody who checks less
    }
  }
}
