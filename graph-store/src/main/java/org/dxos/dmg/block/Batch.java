package org.dxos.dmg.block;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** What is to be committed together. Not safe for use by many threads. */
public final class Batch implements BlockSink, BlockSource {

  /** An entry that gets its position when it is committed. */
  record Admitted(JournalEntry.Kind kind, Cid genesis, Cid envelope) {}

  private final Map<Cid, byte[]> blocks = new LinkedHashMap<>();
  private final Map<String, byte[]> registers = new LinkedHashMap<>();
  private final List<Admitted> admitted = new ArrayList<>();

  @Override
  public void put(Cid cid, byte[] block) {
    if (block.length > BlockStore.MAX_BLOCK_BYTES) {
      throw new FormatException(
          ErrorCode.BLOCK_TOO_LARGE,
          "store block `%s`: %d bytes, at most %d"
              .formatted(cid, block.length, BlockStore.MAX_BLOCK_BYTES));
    }
    blocks.put(cid.requireStorable(), block);
  }

  /** A block that this batch would add. */
  @Override
  public Optional<byte[]> get(Cid cid) {
    return Optional.ofNullable(blocks.get(cid));
  }

  /** Sets a register to a value. */
  public void set(String register, byte[] value) {
    registers.put(register, value);
  }

  /** Appends to the journal. */
  public void admit(JournalEntry.Kind kind, Cid genesis, Cid envelope) {
    admitted.add(new Admitted(kind, genesis, envelope));
  }

  public boolean isEmpty() {
    return blocks.isEmpty() && registers.isEmpty() && admitted.isEmpty();
  }

  Map<Cid, byte[]> blocks() {
    return blocks;
  }

  Map<String, byte[]> registers() {
    return registers;
  }

  List<Admitted> admitted() {
    return admitted;
  }
}
