package org.dxos.dmg.care;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dxos.dmg.block.Batch;
import org.dxos.dmg.block.BlockStore;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/**
 * Blocks to which nothing led when somebody looked, each with the second at which that was seen
 * first: a register a moment, {@code gc/doomed/<seconds>}, of the CIDs one after the other.
 */
final class Doomed {

  private static final String PREFIX = "gc/doomed/";

  private Doomed() {}

  static Map<Cid, Long> read(BlockStore store) {
    Map<Cid, Long> since = new HashMap<>();
    for (String register : store.registers(PREFIX)) {
      long seconds = Long.parseLong(register.substring(PREFIX.length()));
      ByteBuffer value = ByteBuffer.wrap(store.register(register).orElse(new byte[0]));
      if (value.remaining() % Cid.STORED_BYTES != 0) {
        throw new FormatException(
            ErrorCode.STORAGE, "read register `" + register + "`: it is no list of CIDs");
      }
      byte[] cid = new byte[Cid.STORED_BYTES];
      while (value.hasRemaining()) {
        value.get(cid);
        since.merge(Cid.fromBytes(cid.clone()), seconds, Math::min);
      }
    }
    return since;
  }

  /** Writes these in place of what was written before. */
  static void write(Map<Cid, Long> since, BlockStore store) {
    Map<Long, List<Cid>> moments = new TreeMap<>();
    since.forEach(
        (cid, seconds) -> moments.computeIfAbsent(seconds, _ -> new ArrayList<>()).add(cid));
    Batch batch = new Batch();
    store.registers(PREFIX).forEach(batch::unset);
    moments.forEach(
        (seconds, cids) -> {
          cids.sort(Cid::compareTo);
          ByteBuffer value = ByteBuffer.allocate(cids.size() * Cid.STORED_BYTES);
          cids.forEach(cid -> value.put(cid.bytes()));
          batch.set(PREFIX + seconds, value.array());
        });
    if (!batch.isEmpty()) {
      store.commit(batch);
    }
  }
}
