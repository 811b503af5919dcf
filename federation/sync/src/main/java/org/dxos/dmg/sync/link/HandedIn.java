package org.dxos.dmg.sync.link;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;
import org.dxos.dmg.record.Bundle;
import org.dxos.dmg.sync.replica.Arriving;
import org.dxos.dmg.sync.replica.Holder;
import org.dxos.dmg.sync.replica.Quota;
import org.dxos.dmg.sync.wire.Frames;
import org.dxos.dmg.sync.wire.Submitted;
import org.dxos.dmg.sync.wire.SyncException;
import org.dxos.dmg.unixfs.BundleBlocks;

/**
 * Statements that a linked node hands in. Each is judged by all but its bundles first: one that is
 * refused costs its own bytes, and nothing is fetched for it. Then there has to be room for its
 * bundles in what the link may bring, and only then are they fetched.
 */
final class HandedIn {

  /** Of memory, for the blocks of one request, bundles apart, which are fetched. */
  private static final long MAX_BYTES = 16L << 20;

  /** Of all bundles of one request: 16 GiB of files, and what links them. */
  private static final long MAX_BUNDLE_BYTES = 18L << 30;

  private final Supplier<Holder> door;
  private final Within from;
  private final Quota quota;
  private long bundleBytes;
  private boolean counted;

  /**
   * @param door to be asked at each step: who may publish may change meanwhile
   * @param from who handed them in, and is asked for bundles
   * @param quota what the link may still bring
   */
  HandedIn(Supplier<Holder> door, Within from, Quota quota) {
    this.door = door;
    this.from = from;
    this.quota = quota;
  }

  /** Takes the statements of one request; the answer is about the last of them. */
  Submitted take(InputStream in) throws IOException {
    Arriving arriving = new Arriving(door.get().store());
    for (Optional<byte[]> block = Frames.read(in, BlockStore.MAX_BLOCK_BYTES);
        block.isPresent();
        block = Frames.read(in, BlockStore.MAX_BLOCK_BYTES)) {
      arriving.take(block.get());
      if (arriving.cost() > MAX_BYTES) {
        throw new SyncException(
            ErrorCode.TOO_LARGE,
            "take statements: more than " + MAX_BYTES + " bytes in one request",
            "");
      }
    }
    Submitted answer = Submitted.refused(ErrorCode.SYNC_PROTOCOL, Optional.empty());
    for (Cid statement : arriving.statements()) {
      answer = take(statement, arriving);
    }
    return answer;
  }

  private Submitted take(Cid statement, Arriving arriving) throws IOException {
    Holder holder = door.get();
    Holder.Weighed weighed = holder.weigh(statement, arriving::get);
    if (weighed.refusal().isPresent()) {
      return weighed.refusal().get();
    }
    if (!counted && !quota.reserves(arriving.bytes())) {
      return refused(ErrorCode.QUOTA);
    }
    counted = true;
    try {
      Optional<ErrorCode> lacking = fetch(weighed.bundles(), holder);
      if (lacking.isPresent()) {
        return refused(lacking.get());
      }
    } catch (RuntimeException e) {
      if (e instanceof Explained explained) {
        return refused(explained.code()); // what came is no bundle
      }
      throw e;
    }
    // It was some time on its way: who may publish is asked again.
    return door.get().submit(statement, arriving::get);
  }

  /** Fetches what is missing of bundles; answers why not, if there is no room for them. */
  private Optional<ErrorCode> fetch(List<Bundle> bundles, Holder holder) throws IOException {
    List<Bundle> missing =
        bundles.stream()
            .distinct()
            .filter(one -> !BundleBlocks.of(holder.store(), one.cid()).complete())
            .toList();
    long most = 0;
    for (Bundle bundle : missing) {
      if (bundle.size() > MAX_BUNDLE_BYTES) {
        return Optional.of(ErrorCode.TOO_LARGE);
      }
      most += BundleFetch.most(bundle);
      if (bundleBytes + most > MAX_BUNDLE_BYTES) {
        return Optional.of(ErrorCode.TOO_LARGE);
      }
    }
    if (!quota.reserves(most)) {
      return Optional.of(ErrorCode.QUOTA);
    }
    bundleBytes += most;
    BundleFetch fetch = new BundleFetch(holder, from.forBytes(most));
    try {
      for (Bundle bundle : missing) {
        fetch.fetch(bundle);
      }
    } finally {
      quota.releases(Math.max(0, most - fetch.bytes()));
    }
    return Optional.empty();
  }

  private static Submitted refused(ErrorCode code) {
    return Submitted.refused(code, Optional.empty());
  }
}
