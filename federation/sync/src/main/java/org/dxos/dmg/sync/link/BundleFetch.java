package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.block.BlockSource;
import org.dxos.dmg.block.BlockStore;
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

  /** Of what is no file, links and names: enough for as many small ones as a bundle may have. */
  private static final long LINKS = 16L << 20;

  /** No bundle comes near it, and sums of it have room. */
  private static final long MOST = 1L << 50;

  private final Holder holder;
  private final Remote remote;
  private long bytes;

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
    long before = bytes;
    for (Cid record : records) {
      for (Bundle bundle : bundles(record, source)) {
        fetch(bundle);
      }
    }
    return bytes - before;
  }

  /** Bytes that came until now, whatever became of them. */
  long bytes() {
    return bytes;
  }

  /** How many bytes of blocks are taken for a bundle, at most. */
  static long most(Bundle bundle) {
    long size = Math.min(bundle.size(), MOST);
    return size + Math.max(size / 8, LINKS) + BlockStore.MAX_BLOCK_BYTES;
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

  /** Fetches a bundle, as far as the peer has it and it is no larger than its record says. */
  void fetch(Bundle bundle) throws IOException {
    BlockSource store = holder.store();
    long end = bytes + most(bundle);
    List<Cid> missing = BundleBlocks.of(store, bundle.cid()).missing();
    while (!missing.isEmpty()) {
      long before = bytes;
      for (int from = 0; from < missing.size(); from += BLOCKS_AT_ONCE) {
        List<Cid> some = missing.subList(from, Math.min(missing.size(), from + BLOCKS_AT_ONCE));
        if (!ask(some, end)) {
          return; // it is not what the record says it is
        }
      }
      if (bytes == before) {
        return; // the peer has no more of it
      }
      missing = BundleBlocks.of(store, bundle.cid()).missing();
    }
  }

  /**
   * Asks for blocks and keeps them.
   *
   * @param end of how many bytes may have come by then
   * @return false if more came; the last of them is not kept
   */
  private boolean ask(List<Cid> cids, long end) throws IOException {
    Map<Cid, byte[]> come = new HashMap<>();
    boolean within = true;
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
          bytes += block.bytes().length;
          within = bytes <= end;
          if (!within) {
            break;
          }
          come.put(cids.get(next++), block.bytes());
        }
      }
    }
    holder.keep(come);
    return within;
  }
}
