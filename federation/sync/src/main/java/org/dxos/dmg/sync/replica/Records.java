package org.dxos.dmg.sync.replica;

import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.FormatException;
import org.dxos.dmg.record.ModuleRecord;
import org.dxos.dmg.record.NewerRecord;

/** What travels with a record. */
public final class Records {

  /** How a link to a raw block begins: tag 42, and all of the CID but its digest. */
  private static final byte[] RAW_LINK = {
    (byte) 0xd8, 0x2a, 0x58, 0x25, 0x00, 0x01, 0x55, 0x12, 0x20
  };

  private Records() {}

  /** The raw blocks that a record links, as it lists them; of a later version all that are raw. */
  public static List<Cid> files(byte[] record) {
    if (!Bytes.contain(record, RAW_LINK)) {
      return List.of(); // most have none, and looking is quicker than reading
    }
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
