package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Remote;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.unixfs.BundleBlocks;
import org.dxos.dmg.verdict.ReleaseRules;

/** Fetches what is missing of bundles, level by level, and keeps it as it comes. */
final class BundleFetch {

  /** Asked for at a time: with blocks of 1 MiB, what may be in memory. */
  private static final int BLOCKS_AT_ONCE = 16;

  private final Holder holder;
  private final Remote remote;

  BundleFetch(Holder holder, Remote remote) {
    this.holder = holder;
    this.remote = remote;
  }

  /**
   * Fetches the bundles of records.
   *
   * @param source where the records can be read
   * @return how many bytes came
   */
  long fetch(List<Cid> records, BlockSource source) throws IOException {
    long bytes = 0;
    for (Cid record : records) {
      for (Bundle bundle : bundles(record, source)) {
        bytes += fetch(bundle);
      }
    }
    return bytes;
  }

  /** True if nothing is missing of the bundles of a record. */
  static boolean complete(Cid record, BlockSource source) {
    return bundles(record, source).stream()
        .allMatch(bundle -> BundleBlocks.of(source, bundle.cid()).complete());
  }

  private static List<Bundle> bundles(Cid record, BlockSource source) {
    try {
      return source
          .get(record)
          .filter(ReleaseRules::mayLink) // most have no bundle, and looking is quicker than reading
          .map(block -> ModuleRecord.decode(block).bundles())
          .orElse(List.of());
    } catch (FormatException e) {
      return List.of(); // of a later version, or of somebody who checks less
    }
  }

  private long fetch(Bundle bundle) throws IOException {
    BlockSource store = holder.store();
    long bytes = 0;
    List<Cid> missing = BundleBlocks.of(store, bundle.cid()).missing();
    while (!missing.isEmpty()) {
      long came = 0;
      for (int from = 0; from < missing.size(); from += BLOCKS_AT_ONCE) {
        came += ask(missing.subList(from, Math.min(missing.size(), from + BLOCKS_AT_ONCE)));
      }
      bytes += came;
      if (came == 0 || bytes > 2 * bundle.size() + (1L << 20)) {
        return bytes; // the peer has no more of it, or it is not what the record says it is
      }
      missing = BundleBlocks.of(store, bundle.cid()).missing();
    }
    return bytes;
  }

  private long ask(List<Cid> cids) throws IOException {
    Map<Cid, byte[]> come = new HashMap<>();
    long bytes = 0;
    try (Remote.Answer answer = remote.ask(new Request.Blocks(cids))) {
      int next = 0;
      for (Optional<Item> item = answer.next(); item.isPresent(); item = answer.next()) {
        if (item.get() instanceof Item.Block block) {
          while (next < cids.size() && !cids.get(next).matches(block.bytes())) {
            next++;
          }
          if (next == cids.size()) {
            throw new SyncException(
                ErrorCode.SYNC_PROTOCOL,
                "read answer to `blocks` of `"
                    + remote.name()
                    + "`: a block that was not asked for",
                "");
          }
          come.put(cids.get(next++), block.bytes());
          bytes += block.bytes().length;
        }
      }
    }
    holder.keep(come);
    return bytes;
  }
}
