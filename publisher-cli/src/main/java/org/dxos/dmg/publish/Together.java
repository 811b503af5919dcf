package org.dxos.dmg.publish;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.dxos.dmg.api.Registry;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.trust.SigningKey;

/**
 * Publishes releases in lots, each of which fills a head.
 *
 * <p>Threads: two lots at a time, so that one is made and signed while the other is judged and
 * committed. Progress is told under this object's lock.
 */
final class Together {

  /** Beyond so much a lot is as large as it gets: it is all in memory. */
  private static final long LOT_BYTES = 16L << 20;

  private static final int LOTS_AT_ONCE = 2;
  private static final int PROGRESS_STEP = 1_000;

  private final Registry registry;
  private final SigningKey key;
  private int done;

  Together(Registry registry, SigningKey key) {
    this.registry = registry;
    this.key = key;
  }

  /** Publishes what is made of each item; answers how many releases were not there before. */
  <T> int publish(List<T> items, Function<T, Publisher.Draft> draft, Publisher.Progress progress) {
    List<List<T>> shares = new ArrayList<>();
    int size = registry.publishesTogether();
    for (int from = 0; from < items.size(); from += size) {
      shares.add(items.subList(from, Math.min(items.size(), from + size)));
    }
    AtomicInteger added = new AtomicInteger();
    new Crowd(LOTS_AT_ONCE)
        .each(
            shares,
            share -> {
              Lot lot = new Lot();
              for (T item : share) {
                lot.add(draft.apply(item));
                if (lot.bytes >= LOT_BYTES) {
                  added.addAndGet(hand(lot, items.size(), progress));
                  lot = new Lot();
                }
              }
              added.addAndGet(hand(lot, items.size(), progress));
            },
            (_, _) -> {});
    return added.get();
  }

  private int hand(Lot lot, int all, Publisher.Progress progress) {
    int added = lot.envelopes.isEmpty() ? 0 : registry.publishAll(lot.envelopes, lot::get);
    tell(lot.envelopes.size(), all, progress);
    return added;
  }

  private synchronized void tell(int more, int all, Publisher.Progress progress) {
    int before = done;
    done += more;
    if (more > 0 && (done / PROGRESS_STEP > before / PROGRESS_STEP || done == all)) {
      progress.done(done, all);
    }
  }

  /** Statements with all that they need. */
  private final class Lot {
    private final List<Cid> envelopes = new ArrayList<>();
    private final Map<Cid, byte[]> signed = new HashMap<>();
    private final Map<Cid, PreparedModule> blocks = new HashMap<>();
    private long bytes;

    private void add(Publisher.Draft one) {
      envelopes.add(Publisher.sign(one.statement(), List.of(key), signed));
      for (Cid cid : one.module().blocks().cids()) {
        blocks.put(cid, one.module());
      }
      bytes += one.module().totalBytes();
    }

    private Optional<byte[]> get(Cid cid) {
      return Optional.ofNullable(signed.get(cid))
          .or(() -> Optional.ofNullable(blocks.get(cid)).flatMap(module -> module.get(cid)));
    }
  }
}
