package org.dxos.dmg.care;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.admission.Audit;
import org.dxos.dmg.admission.Stored;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.block.JournalEntry;
import org.dxos.dmg.block.StorageException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/**
 * Looks at all of a store: every block against its CID, everything that the registers lead to, the
 * journal, and every authority as if it had just arrived. Changes nothing. Reads all there is, so
 * it takes a while on a large store.
 */
public final class Fsck {

  private static final int ENTRIES = 1024;

  private final BlockStore store;
  private final Whose whose;
  private final Map<String, Fault> faults = new LinkedHashMap<>();
  private final Set<Cid> absent = new LinkedHashSet<>();
  private final Set<Cid> corrupt = new LinkedHashSet<>();
  private long blocks;
  private long bytes;
  private long heads;
  private long statements;
  private long authorities;
  private long unlinked;
  private long onDemand;
  private long withheld;

  private Fsck(BlockStore store, Whose whose) {
    this.store = store;
    this.whose = whose;
  }

  /**
   * What was looked at, and what is wrong.
   *
   * @param bytes of all blocks
   * @param unlinked blocks to which nothing leads: older state trees, and what never came to
   *     anything
   * @param onDemand blocks of bundles that are led to, and that this node never had to take
   * @param withheld blocks that are led to, not held, and denied by the policy
   * @param faults empty if all is well
   */
  public record Report(
      long blocks,
      long bytes,
      long authorities,
      long heads,
      long statements,
      long unlinked,
      long onDemand,
      long withheld,
      List<Fault> faults) {
    public Report {
      faults = List.copyOf(faults);
    }

    /** This with faults that were found elsewhere. */
    public Report with(List<Fault> more) {
      List<Fault> all = new ArrayList<>(faults);
      all.addAll(more);
      return new Report(
          blocks, bytes, authorities, heads, statements, unlinked, onDemand, withheld, all);
    }
  }

  /** Looks at a store. */
  public static Report of(BlockStore store, Whose whose) {
    Fsck fsck = new Fsck(store, whose);
    fsck.run();
    return fsck.report();
  }

  /** The blocks that are wanted and not there, or not as they should be; each once. */
  static Set<Cid> wanted(Report report) {
    Set<Cid> wanted = new LinkedHashSet<>();
    for (Fault fault : report.faults()) {
      if (fault.kind() == Fault.Kind.MISSING || fault.kind() == Fault.Kind.CORRUPT) {
        fault.block().ifPresent(wanted::add);
      }
    }
    return wanted;
  }

  private Report report() {
    return new Report(
        blocks,
        bytes,
        authorities,
        heads,
        statements,
        unlinked,
        onDemand,
        withheld,
        List.copyOf(faults.values()));
  }

  private void run() {
    Reach reach = new Reach(store, whose.ours(), new Found());
    guarded("follow what the registers lead to", reach::follow);
    guarded("read every block", () -> store.eachBlock(cid -> block(cid, reach)));
    guarded("read the journal", this::journal);
    guarded("read the names", this::names);
    if (faults.values().stream().noneMatch(fault -> fault.kind().truth())) {
      guarded("judge authorities", this::judge);
    }
  }

  private void block(Cid cid, Reach reach) {
    blocks++;
    if (!reach.isLive(cid)) {
      unlinked++;
    }
    try {
      Optional<byte[]> block = store.get(cid);
      if (block.isEmpty()) {
        add(Fault.Kind.UNREADABLE, cid, "block `" + cid + "` is listed and cannot be found");
      } else {
        bytes += block.get().length;
      }
    } catch (StorageException e) {
      damaged(cid, e, reach.isLive(cid) ? "" : "; nothing leads to it");
    }
  }

  private void damaged(Cid cid, RuntimeException e, String more) {
    if (corrupt.add(cid)) {
      add(
          e instanceof StorageException.Corrupt ? Fault.Kind.CORRUPT : Fault.Kind.UNREADABLE,
          cid,
          Reach.words(e) + more);
    }
  }

  private void journal() {
    long position = 0;
    while (position < store.journalEnd()) {
      List<JournalEntry> entries = store.journal(position, ENTRIES);
      if (entries.isEmpty()) {
        add(
            Fault.Kind.UNREADABLE,
            Optional.empty(),
            "the journal ends after position "
                + position
                + ", expected position "
                + store.journalEnd());
        return;
      }
      for (JournalEntry entry : entries) {
        if (entry.position() != position + 1) {
          add(
              Fault.Kind.UNREADABLE,
              Optional.empty(),
              "the journal has position " + entry.position() + " after " + position);
        }
        position = entry.position();
        if (!absent.contains(entry.envelope()) && !store.has(entry.envelope())) {
          missing(entry.envelope(), "journal entry", "journal position " + position);
        }
      }
    }
    if (position > 0 && Stored.root(store).isEmpty()) {
      add(
          Fault.Kind.INVALID,
          Optional.empty(),
          "the journal has " + position + " entries, and there is no node tree");
    }
  }

  private void names() {
    Set<Cid> held = new LinkedHashSet<>(Stored.ids(store));
    Stored.names(store)
        .forEach(
            (name, id) -> {
              if (!held.contains(id)) {
                add(
                    Fault.Kind.INVALID,
                    Optional.of(id),
                    "`" + name + "` is bound to authority `" + id + "`, which is not held");
              }
            });
  }

  private void judge() {
    for (Cid id : Stored.ids(store)) {
      Audit.Report report = Audit.of(id, store);
      authorities++;
      heads += report.heads();
      statements += report.statements();
      report.faults().forEach(fault -> add(Fault.Kind.INVALID, Optional.empty(), fault));
    }
  }

  private void guarded(String task, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (!(e instanceof Explained explained)) {
        throw e;
      }
      boolean disk = explained.code() == ErrorCode.STORAGE;
      add(
          disk ? Fault.Kind.UNREADABLE : Fault.Kind.INVALID,
          Optional.empty(),
          task + ": " + explained.message());
    }
  }

  private void missing(Cid cid, String part, String of) {
    absent.add(cid);
    add(
        Fault.Kind.MISSING,
        Optional.of(cid),
        "block `" + cid + "` is not held: " + part + ", of " + of);
  }

  private void add(Fault.Kind kind, Cid cid, String what) {
    add(kind, Optional.of(cid), what);
  }

  private void add(Fault.Kind kind, Optional<Cid> cid, String what) {
    faults.putIfAbsent(what, new Fault(kind, cid, what));
  }

  private final class Found implements Reach.Gaps {

    @Override
    public void absent(Reach.Part part, Cid cid, boolean ours, String of) {
      if (whose.withheld().contains(cid)) {
        withheld++;
      } else if (part == Reach.Part.BUNDLE && !ours) {
        onDemand++;
      } else {
        missing(cid, part.text(), of);
      }
    }

    @Override
    public void unusable(Reach.Part part, Cid cid, RuntimeException why) {
      if (why instanceof StorageException) {
        damaged(cid, why, "");
      } else {
        add(Fault.Kind.INVALID, cid, part.text() + " `" + cid + "`: " + Reach.words(why));
      }
    }
  }
}
