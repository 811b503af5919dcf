package org.dxos.dmg.admission;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;

/**
 * What makes a store that of a space: a register that says of which, and one for each valid entry
 * of the space's log. A store without them is the public one.
 */
public final class SpaceRegisters {

  private static final String SPACE = "space";
  private static final String ENTRY = "space/entry/";

  private SpaceRegisters() {}

  /** Makes an empty store that of a space. */
  public static void found(Cid space, BlockStore store) {
    Batch batch = new Batch();
    batch.set(SPACE, space.bytes());
    store.commit(batch);
  }

  /** The space that a store is of; empty for the public one. */
  public static Optional<Cid> space(BlockStore store) {
    return store.register(SPACE).map(Cid::fromBytes);
  }

  /** The space's log as it stands; empty if the store is of no space, or has no entry yet. */
  public static Optional<SpaceLog> log(BlockStore store) {
    List<Signed<SpaceEntry>> entries = entries(store);
    return entries.isEmpty() ? Optional.empty() : Optional.of(SpaceLog.of(entries));
  }

  /** Every valid entry that is held, in no order. */
  public static List<Signed<SpaceEntry>> entries(BlockStore store) {
    return envelopes(store).stream()
        .map(envelope -> Signed.read(store, envelope, SpaceEntry.class))
        .toList();
  }

  /** The envelopes of those entries. */
  public static List<Cid> envelopes(BlockStore store) {
    return store.registers(ENTRY).stream()
        .map(register -> Cid.parse(register.substring(ENTRY.length())))
        .toList();
  }

  /** Notes a valid entry. */
  static void note(Cid envelope, Batch batch) {
    batch.set(ENTRY + envelope, new byte[] {1});
  }

  /** The chain whose heads are in a store. */
  public static Chain chain(BlockStore store) {
    Optional<Cid> space = space(store);
    if (space.isEmpty()) {
      return Chain.PUBLIC;
    }
    return log(store).map(Chain::of).orElseGet(() -> new Chain.Private(space.get(), List.of()));
  }
}
