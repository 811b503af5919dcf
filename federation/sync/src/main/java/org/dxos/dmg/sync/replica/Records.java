package org.dxos.dmg.sync.replica;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;

/** What travels with a record. */
final class Records {

  private Records() {}

  /** The raw blocks that a record links, as it lists them; of a later version all that are raw. */
  static List<Cid> files(byte[] record) {
    Optional<NewerRecord> newer = NewerRecord.read(record);
    if (newer.isPresent()) {
      return newer.get().links().stream().filter(Records::isRaw).toList();
    }
    try {
      return ModuleRecord.decode(record).links().stream().filter(Records::isRaw).toList();
    } catch (FormatException e) {
      return List.of(); // of somebody who checks less; such a release is not resolved
    }
  }

  private static boolean isRaw(Cid cid) {
    return cid.codec() == Cid.RAW;
  }
}
