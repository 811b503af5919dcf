package org.dxos.dmg.block;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.FormatException;

/** What is to be committed together. Not safe for use by many threads. */
public final class Batch implements BlockSink, BlockSource {

  /** An entry that gets its position when it is committed. */
  record Admitted(JournalEntry.Kind kind, Cid genesis, Cid envelope) {}

  private final Map<Cid, byte[]> blocks = new LinkedHashMap<>();
  private final Map<String, byte[]> registers = new LinkedHashMap<>();
  private final Set<Cid> discarded = new LinkedHashSet<>();
  private final Set<String> unset = new LinkedHashSet<>();
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
    discarded.remove(cid);
  }

  /** A block that this batch would add. */
  @Override
  public Optional<byte[]> get(Cid cid) {
    return Optional.ofNullable(blocks.get(cid));
  }

  /** Sets a register to a value. */
  public void set(String register, byte[] value) {
    registers.put(register, value);
    unset.remove(register);
  }

  /** Takes a block away. It is for the caller to know that nothing leads to it. */
  public void discard(Cid cid) {
    blocks.remove(cid);
    discarded.add(cid);
  }

  /** Takes a register away. */
  public void unset(String register) {
    registers.remove(register);
    unset.add(register);
  }

  /** Appends to the journal. */
  public void admit(JournalEntry.Kind kind, Cid genesis, Cid envelope) {
    admitted.add(new Admitted(kind, genesis, envelope));
  }

  public boolean isEmpty() {
    return blocks.isEmpty()
        && registers.isEmpty()
        && admitted.isEmpty()
        && discarded.isEmpty()
        && unset.isEmpty();
  }

  Map<Cid, byte[]> blocks() {
    return blocks;
  }

  Map<String, byte[]> registers() {
    return registers;
  }

  Set<Cid> discarded() {
    return discarded;
  }

  Set<String> unset() {
    return unset;
  }

  List<Admitted> admitted() {
    return admitted;
  }
}
