package org.dxos.dmg.sync.link;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.trust.Statement;
import org.dxos.dmg.verdict.Signed;

/**
 * Records that are held and whose bundles are not, or not wholly: a transfer was broken off, or the
 * peer that told of the record did not have the bundle yet. A record comes once, so nothing else
 * would ask again. One peer at a time fetches the bundles of one. Safe for many threads.
 */
final class Unfinished {

  private static final String AUTHORITY = "a/";

  /** Guarded by this, as is {@code claimed}. */
  private final Set<Cid> records = new LinkedHashSet<>();

  private final Set<Cid> claimed = new HashSet<>();

  synchronized void add(List<Cid> more) {
    records.addAll(more);
  }

  synchronized List<Cid> all() {
    return new ArrayList<>(records);
  }

  synchronized boolean isEmpty() {
    return records.isEmpty();
  }

  /** True if the caller may fetch it now, and says so when it stops. */
  synchronized boolean claim(Cid record) {
    return records.contains(record) && claimed.add(record);
  }

  synchronized void release(Cid record, boolean complete) {
    claimed.remove(record);
    if (complete) {
      records.remove(record);
    }
  }

  /** Finds what an earlier life of the node left unfinished. */
  void find(Holder holder) {
    holder
        .tree()
        .walkPrefix(
            AUTHORITY,
            (key, _) ->
                holder
                    .authority(Cid.parse(key.substring(AUTHORITY.length())))
                    .ifPresent(
                        view ->
                            view.state()
                                .walkPrefix("r/", (_, statement) -> look(holder, statement))));
  }

  private void look(Holder holder, Cid statement) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("the node stops");
    }
    try {
      if (Signed.read(holder.store(), statement, Statement.class).body().op()
              instanceof Statement.Release release
          && !BundleFetch.complete(release.module(), holder.store())) {
        add(List.of(release.module()));
      }
    } catch (RuntimeException e) {
      if (!(e instanceof Explained)) {
        throw e;
      }
      // Damaged: the audit tells of it.
    }
  }
}
