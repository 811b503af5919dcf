package org.dxos.dmg.admission;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.trust.SpaceEntry;
import org.dxos.dmg.verdict.AdmissionException;
import org.dxos.dmg.verdict.Signed;
import org.dxos.dmg.verdict.SpaceLog;
import org.dxos.dmg.verdict.SpaceRules;

/** Takes entries of a space's own log. Used once, by the clerk. */
final class SpaceLearning {

  /** Entries of one space, over which no more are taken. */
  static final int MAX_ENTRIES = 10_000;

  private final int most;
  private final Cid space;
  private final BlockSource all;
  private final Map<Cid, Signed<SpaceEntry>> held = new HashMap<>();
  private final Set<Cid> added = new LinkedHashSet<>();
  private Optional<AdmissionException.Refused> refusal = Optional.empty();

  /**
   * @param space the id of the space that the store is of
   * @param envelopes oldest first
   * @param offered their blocks
   */
  SpaceLearning(Cid space, BlockStore store, List<Cid> envelopes, BlockSource offered) {
    this(space, store, envelopes, offered, MAX_ENTRIES);
  }

  /**
   * @param most entries that one space may have
   */
  SpaceLearning(Cid space, BlockStore store, List<Cid> envelopes, BlockSource offered, int most) {
    this.most = most;
    this.space = space;
    this.all = cid -> offered.get(cid).or(() -> store.get(cid));
    SpaceRegisters.entries(store).forEach(one -> held.put(one.cid(), one));
    for (Cid envelope : envelopes) {
      try {
        take(envelope);
      } catch (AdmissionException.Refused e) {
        refusal = refusal.or(() -> Optional.of(e));
      } catch (FormatException e) {
        refusal =
            refusal.or(
                () ->
                    Optional.of(
                        new AdmissionException.Refused(
                            e.code(), e.message(), e.hint().orElse(""))));
      }
    }
  }

  private void take(Cid envelope) {
    if (held.containsKey(envelope)) {
      return;
    }
    if (held.size() >= most) {
      throw new AdmissionException.Refused(
          ErrorCode.SIZE_EXCEEDED,
          "admit space entry `" + envelope + "`: a space has at most " + most + " entries");
    }
    Signed<SpaceEntry> signed = Signed.read(all, envelope, SpaceEntry.class);
    Optional<Cid> prev = signed.body().prev();
    if (prev.isEmpty()) {
      if (!signed.envelope().body().equals(space)) {
        throw new AdmissionException.Refused(
            ErrorCode.POLICY_INVALID,
            "admit space entry `" + envelope + "`: it is the genesis of another space");
      }
      SpaceRules.requireGenesis(signed);
    } else {
      Signed<SpaceEntry> before = held.get(prev.get());
      if (before == null) {
        throw new AdmissionException.Refused(
            ErrorCode.BLOCK_MISSING,
            "admit space entry `"
                + envelope
                + "`: the one before it, `"
                + prev.get()
                + "`, is not held",
            "send it along, before what follows it");
      }
      SpaceRules.requireNext(signed, before.body(), space);
    }
    held.put(envelope, signed);
    added.add(envelope);
  }

  Set<Cid> added() {
    return added;
  }

  /** The verdict on all that is held; empty if nothing is. */
  Optional<SpaceLog> log() {
    return held.isEmpty() ? Optional.empty() : Optional.of(SpaceLog.of(held.values()));
  }

  /** Puts what is new into a batch, with what proves a fork. */
  void write(Batch batch) {
    for (Cid envelope : added) {
      Signed<SpaceEntry> signed = Optional.ofNullable(held.get(envelope)).orElseThrow();
      batch.put(envelope, Signed.need(all, envelope, "envelope"));
      batch.put(
          signed.envelope().body(), Signed.need(all, signed.envelope().body(), "space entry"));
      SpaceRegisters.note(envelope, batch);
      batch.admit(JournalEntry.Kind.SPACE, space, envelope);
    }
    log()
        .ifPresent(
            log ->
                log.forks()
                    .forEach(
                        fork -> batch.put(org.dxos.dmg.verdict.Axiom.cid(fork), fork.encode())));
  }

  LearnedSpace answer() {
    return new LearnedSpace(log(), added, refusal);
  }
}
