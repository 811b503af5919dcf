package org.dxos.dmg.admission;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSink;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.AuthorityEntry;
import org.dxos.dmg.trust.AuthorityState;
import org.dxos.dmg.trust.Head;
import org.dxos.dmg.verdict.Axiom;
import org.dxos.dmg.verdict.Chain;
import org.dxos.dmg.verdict.Dossier;
import org.dxos.dmg.verdict.KeyLog;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.Standing;

/**
 * How the envelopes of an authority lie in the store: those that stand are found from the state,
 * back along {@code prev}; all others have a register each.
 */
final class Evidence {

  private static final String ASIDE = "aside/";

  private Evidence() {}

  /**
   * The verdict on an authority, as it was stored. What is simple is read from the chain alone;
   * where keys were revoked or something forked, the axiom is asked again.
   */
  static Standing standing(Cid id, AuthorityState state, BlockStore store) {
    Signed<AuthorityEntry> last = Signed.read(store, state.keyHead(), AuthorityEntry.class);
    boolean simple =
        last.body().revoked().isEmpty()
            && state.forks().isEmpty()
            && store.registers(ASIDE + id + "/").isEmpty();
    if (!simple) {
      return Axiom.of(dossier(id, state, store, (_, _) -> {}, store));
    }
    List<Signed<AuthorityEntry>> entries = new ArrayList<>();
    for (Cid at : Carried.back(Optional.of(state.keyHead()), store)) {
      entries.add(Signed.read(store, at, AuthorityEntry.class));
    }
    return new Standing(
        new KeyLog(entries, java.util.Map.of()),
        state.head().map(cid -> Signed.read(store, cid, Head.class)),
        Set.of(),
        Standing.Contest.NONE,
        List.of(),
        Set.of());
  }

  /**
   * Everything held of an authority.
   *
   * @param blocks where that and what will be offered can be read
   * @param sink of the dossier
   */
  static Dossier dossier(
      Cid id, AuthorityState state, BlockSource blocks, BlockSink sink, BlockStore store) {
    return dossier(id, state, SpaceRegisters.chain(store), blocks, sink, store);
  }

  /**
   * The same, as of what a space says now of revoked keys.
   *
   * @param chain of which the heads are
   */
  static Dossier dossier(
      Cid id,
      AuthorityState state,
      Chain chain,
      BlockSource blocks,
      BlockSink sink,
      BlockStore store) {
    Dossier dossier = new Dossier(id, chain, blocks, sink);
    restore(dossier, state, store);
    return dossier;
  }

  /** Puts everything held of an authority into a dossier, which is empty. */
  static void restore(Dossier dossier, AuthorityState state, BlockStore store) {
    List<Cid> aside = aside(dossier.genesis(), store);
    List<Cid> entries = new ArrayList<>(Carried.back(Optional.of(state.keyHead()), store));
    List<Cid> heads = List.copyOf(Carried.back(state.head(), store));
    List<Signed<AuthorityEntry>> asideEntries = new ArrayList<>();
    List<Signed<Head>> asideHeads = new ArrayList<>();
    for (Cid envelope : aside) {
      Signed<?> signed = Signed.read(store, envelope, org.dxos.dmg.trust.Body.class);
      switch (signed.body()) {
        case AuthorityEntry entry ->
            asideEntries.add(new Signed<>(envelope, signed.envelope(), entry));
        case Head head -> asideHeads.add(new Signed<>(envelope, signed.envelope(), head));
        default -> throw new IllegalStateException("`" + envelope + "` is no entry and no head");
      }
    }
    // What stands goes first and links to itself alone; the rest by height, so that each comes
    // after what it links to.
    asideEntries.sort(java.util.Comparator.comparingLong(one -> one.body().seq()));
    asideHeads.sort(java.util.Comparator.comparingLong(one -> one.body().epoch()));
    entries.forEach(dossier::restore);
    asideEntries.forEach(one -> dossier.restore(one.cid()));
    heads.forEach(dossier::restore);
    asideHeads.forEach(one -> dossier.restore(one.cid()));
  }

  /** Remembers envelopes that do not stand. */
  static void putAside(Dossier dossier, Standing standing, BlockSource blocks, Batch batch) {
    Set<Cid> standingOnes = new HashSet<>();
    standing.log().entries().forEach(entry -> standingOnes.add(entry.cid()));
    Optional<Cid> at = standing.tip().map(Signed::cid);
    while (at.isPresent()) {
      standingOnes.add(at.get());
      at = Signed.read(blocks, at.get(), Head.class).body().prev();
    }
    for (Cid envelope : dossier.envelopes()) {
      if (!standingOnes.contains(envelope)) {
        batch.set(ASIDE + dossier.genesis() + "/" + envelope, new byte[] {1});
      }
    }
  }

  /** Envelopes that are held and do not stand, in no order. */
  static List<Cid> aside(Cid id, BlockStore store) {
    return aside(ASIDE + id + "/", store);
  }

  static List<Cid> allAside(BlockStore store) {
    return aside(ASIDE, store);
  }

  private static List<Cid> aside(String prefix, BlockStore store) {
    return store.registers(prefix).stream()
        .map(register -> Cid.parse(register.substring(register.lastIndexOf('/') + 1)))
        .toList();
  }
}
