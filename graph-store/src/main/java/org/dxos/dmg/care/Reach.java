package org.dxos.dmg.care;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.dxos.dmg.admission.SpaceRegisters;
import org.dxos.dmg.admission.Stored;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.mst.MerkleSearchTree;
import org.dxos.dmg.mst.TreeException;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Body;
import org.dxos.dmg.trust.Envelope;
import org.dxos.dmg.trust.Fork;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.trust.PublicKey;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.unixfs.DagPb;

/**
 * Everything that the registers of a store lead to: the node tree, where each authority stands, its
 * key log, heads, statements, records, files and bundles, its newest state tree, proofs of forks,
 * what was put aside, and what waits for another home.
 *
 * <p>Grows with each {@link #follow}, which goes only where it has not been: what was there once is
 * behind the next time, so a second run after some commits costs as much as those. Used by one
 * thread; commits may go on meanwhile.
 */
final class Reach {

  /** What a block is to what leads to it. */
  enum Part {
    NODE_TREE("node of the node tree"),
    STATE("state"),
    STATE_TREE("node of the state tree"),
    KEY_LOG("key log entry"),
    HEAD("head"),
    BODY("body"),
    STATEMENT("statement"),
    RECORD("record"),
    FILE("file of a record"),
    BUNDLE("block of a bundle"),
    FORK("proof of a fork");

    private final String text;

    Part(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** Takes what is not as it should be. */
  interface Gaps {
    /**
     * A block that is not held.
     *
     * @param ours whether this node is the home of the authority that leads to it, and so had it
     * @param of the authority, or what else leads to it
     */
    void absent(Part part, Cid cid, boolean ours, String of);

    /** A block that cannot be used, and why. */
    void unusable(Part part, Cid cid, RuntimeException why);
  }

  private static final String PENDING = "pending/";

  /** Everybody knows the empty tree, whether or not its block is held. */
  private static final Cid EMPTY_TREE =
      MerkleSearchTree.empty(_ -> Optional.empty()).write((_, _) -> {}).root();

  private final BlockStore store;
  private final Predicate<PublicKey> ours;
  private final Gaps gaps;
  private final Set<Cid> live = new HashSet<>();

  /** Blocks of bundles that were not there when this came by, and may have come since. */
  private final Map<Cid, Owner> awaited = new HashMap<>();

  /** Whose blocks are being followed. */
  private record Owner(String name, boolean ours) {}

  /**
   * @param ours true for the keys with which this node signs heads
   */
  Reach(BlockStore store, Predicate<PublicKey> ours, Gaps gaps) {
    this.store = store;
    this.ours = ours;
    this.gaps = gaps;
  }

  /** What was reached, with what was found absent. */
  boolean isLive(Cid cid) {
    return live.contains(cid);
  }

  int size() {
    return live.size();
  }

  /** Goes wherever the registers lead now and this has not been yet. */
  void follow() {
    Map<Cid, Owner> waited = new HashMap<>(awaited);
    awaited.clear();
    waited.forEach(
        (cid, owner) -> {
          if (store.has(cid)) {
            live.remove(cid);
            bundle(cid, owner);
          } else {
            awaited.put(cid, owner);
          }
        });
    Owner node = new Owner("the node tree", true);
    Set<Cid> states = new HashSet<>();
    Stored.root(store)
        .ifPresent(
            root ->
                guarded(
                    Part.NODE_TREE,
                    root,
                    () ->
                        MerkleSearchTree.at(root, store)
                            .eachNode(cid -> node(Part.NODE_TREE, cid, node), states::add)));
    List<Followed> authorities =
        new java.util.ArrayList<>(
            states.stream().flatMap(state -> entered(state, node).stream()).toList());
    Stored.local(store).values().forEach(state -> authorities.add(followed(state)));
    // Those of this home go first: what they share with others was had as a whole.
    authorities.sort(Comparator.comparing((Followed one) -> !one.owner().ours()));
    authorities.forEach(one -> authority(one.state(), one.owner()));
    Stored.aside(store).forEach(envelope -> chain(Part.HEAD, envelope, node));
    SpaceRegisters.envelopes(store).forEach(envelope -> chain(Part.KEY_LOG, envelope, node));
    for (String register : store.registers(PENDING)) {
      Cid statement = Cid.parse(register.substring(PENDING.length()));
      if (store.register(register).filter(value -> !Arrays.equals(value, GONE)).isPresent()) {
        statement(statement, new Owner("what waits for its home", true));
      }
    }
  }

  /** What a register of the outbox holds once its statement has arrived. */
  private static final byte[] GONE = {'-'};

  private record Followed(AuthorityState state, Owner owner) {}

  private Optional<Followed> entered(Cid cid, Owner node) {
    return enter(Part.STATE, cid, node)
        .flatMap(block -> guarded(Part.STATE, cid, () -> followed(AuthorityState.decode(block))));
  }

  private Followed followed(AuthorityState state) {
    try {
      byte[] envelope = store.get(state.keyHead()).orElse(new byte[0]);
      byte[] body = store.get(Envelope.decode(envelope).body()).orElse(new byte[0]);
      if (Body.decode(body) instanceof AuthorityEntry entry) {
        return new Followed(state, new Owner(entry.authority(), ours.test(entry.home().headKey())));
      }
      if (Body.decode(body) instanceof SpaceEntry) {
        return new Followed(state, new Owner("the log of a space", true));
      }
    } catch (FormatException | StorageException e) {
      // said when the key log is followed
    }
    return new Followed(state, new Owner("an authority whose key log cannot be read", true));
  }

  private void authority(AuthorityState state, Owner owner) {
    chain(Part.KEY_LOG, state.keyHead(), owner);
    state.head().ifPresent(head -> chain(Part.HEAD, head, owner));
    state.head().ifPresent(head -> tree(head, owner));
    for (Cid fork : state.forks()) {
      enter(Part.FORK, fork, owner)
          .flatMap(block -> guarded(Part.FORK, fork, () -> Fork.decode(block)))
          .ifPresent(
              proof -> {
                chain(Part.HEAD, proof.a(), owner);
                chain(Part.HEAD, proof.b(), owner);
              });
    }
  }

  /** The state tree of the head that stands; those before it can be made again. */
  private void tree(Cid envelope, Owner owner) {
    guarded(
        Part.STATE_TREE,
        envelope,
        () -> {
          Optional<byte[]> read = store.get(envelope);
          Optional<byte[]> body = read.flatMap(one -> store.get(Envelope.decode(one).body()));
          if (body.isPresent() && Body.decode(body.get()) instanceof Head head) {
            MerkleSearchTree.at(head.state(), store)
                .eachNode(
                    cid -> node(Part.STATE_TREE, cid, owner),
                    statement -> statement(statement, owner));
          }
          return true;
        });
  }

  private boolean node(Part part, Cid cid, Owner owner) {
    if (cid.equals(EMPTY_TREE)) {
      live.add(cid);
      return false;
    }
    return enter(part, cid, owner).isPresent();
  }

  /** A key log entry or a head, and all before it. */
  private void chain(Part part, Cid tip, Owner owner) {
    Optional<Cid> at = Optional.of(tip);
    while (at.isPresent()) {
      Cid envelope = at.get();
      Optional<Body> body = signed(part, envelope, owner);
      at = body.flatMap(one -> guarded(part, envelope, () -> before(one, owner)).flatMap(o -> o));
    }
  }

  private Optional<Cid> before(Body body, Owner owner) {
    return switch (body) {
      case AuthorityEntry entry -> {
        for (AuthorityEntry.Revoked revoked : entry.revoked()) {
          revoked.lastGood().filter(store::has).ifPresent(head -> chain(Part.HEAD, head, owner));
        }
        entry.resolves().filter(store::has).ifPresent(one -> chain(Part.KEY_LOG, one, owner));
        yield entry.prev();
      }
      case Head head -> {
        chain(Part.KEY_LOG, head.keyHead(), owner);
        head.added().forEach(added -> statement(added, owner));
        yield head.prev();
      }
      case SpaceEntry entry -> entry.prev();
      case Statement _ -> Optional.empty();
    };
  }

  /** The body of an envelope; empty if this has been here, or it cannot be read. */
  private Optional<Body> signed(Part part, Cid envelope, Owner owner) {
    return enter(part, envelope, owner)
        .flatMap(block -> guarded(part, envelope, () -> Envelope.decode(block)))
        .flatMap(
            read ->
                enter(Part.BODY, read.body(), owner)
                    .flatMap(body -> guarded(Part.BODY, read.body(), () -> Body.decode(body))));
  }

  private void statement(Cid envelope, Owner owner) {
    signed(Part.STATEMENT, envelope, owner)
        .ifPresent(
            body -> {
              if (body instanceof Statement statement
                  && statement.op() instanceof Statement.Release release) {
                record(release.module(), owner);
              }
            });
  }

  private void record(Cid cid, Owner owner) {
    Optional<byte[]> block = enter(Part.RECORD, cid, owner);
    if (block.isEmpty()) {
      return;
    }
    try {
      Optional<NewerRecord> newer = NewerRecord.read(block.get());
      if (newer.isPresent()) {
        // Which of its links are bundles is not known here, so none of them has to be there.
        newer.get().links().stream().filter(store::has).forEach(live::add);
        return;
      }
      ModuleRecord module = ModuleRecord.decode(block.get());
      module.links().forEach(file -> enter(Part.FILE, file, owner));
      module.bundles().forEach(bundle -> bundle(bundle.cid(), owner));
    } catch (FormatException e) {
      return; // of somebody who checks less; its bytes are right, and it is not resolved
    }
  }

  private void bundle(Cid cid, Owner owner) {
    if (cid.codec() == Cid.DAG_PB) {
      boolean first = !live.contains(cid);
      Optional<byte[]> block = enter(Part.BUNDLE, cid, owner);
      if (first && block.isEmpty()) {
        awaited.put(cid, owner);
      }
      block
          .flatMap(bytes -> guarded(Part.BUNDLE, cid, () -> DagPb.decode(bytes).links()))
          .ifPresent(links -> links.forEach(link -> bundle(link.cid(), owner)));
    } else if (live.add(cid) && !store.has(cid)) {
      gaps.absent(Part.BUNDLE, cid, owner.ours(), owner.name());
    }
  }

  /** The block, the first time that this comes here and if it is there. */
  private Optional<byte[]> enter(Part part, Cid cid, Owner owner) {
    if (!live.add(cid)) {
      return Optional.empty();
    }
    try {
      Optional<byte[]> block = store.get(cid);
      if (block.isEmpty()) {
        gaps.absent(part, cid, owner.ours(), owner.name());
      }
      return block;
    } catch (StorageException e) {
      gaps.unusable(part, cid, e);
      return Optional.empty();
    }
  }

  private interface Step<T> {
    T take();
  }

  private <T> Optional<T> guarded(Part part, Cid cid, Step<T> step) {
    try {
      return Optional.of(step.take());
    } catch (FormatException | TreeException | StorageException e) {
      gaps.unusable(part, cid, e);
      return Optional.empty();
    }
  }

  private void guarded(Part part, Cid cid, Runnable step) {
    guarded(
        part,
        cid,
        () -> {
          step.run();
          return true;
        });
  }

  /** What went wrong, in the words of what failed. */
  static String words(RuntimeException why) {
    return why instanceof Explained explained ? explained.message() : String.valueOf(why);
  }
}
