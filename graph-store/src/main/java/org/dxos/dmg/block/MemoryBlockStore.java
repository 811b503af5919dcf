package org.dxos.dmg.block;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.dxos.dmg.cid.Cid;

/**
 * A store that lasts as long as its object: the disk of a simulated node. It can be copied, as a
 * disk can.
 */
public final class MemoryBlockStore implements BlockStore {

  private static final int ID_BYTES = 16;

  private final Map<Cid, byte[]> blocks;
  private final TreeMap<String, byte[]> registers;
  private final List<JournalEntry> journal;
  private final byte[] journalId;

  /**
   * An empty one.
   *
   * @param random for the journal's id
   */
  public MemoryBlockStore(RandomGenerator random) {
    this(new HashMap<>(), new TreeMap<>(), new ArrayList<>(), new byte[ID_BYTES]);
    random.nextBytes(journalId);
  }

  private MemoryBlockStore(
      Map<Cid, byte[]> blocks,
      TreeMap<String, byte[]> registers,
      List<JournalEntry> journal,
      byte[] journalId) {
    this.blocks = blocks;
    this.registers = registers;
    this.journal = journal;
    this.journalId = journalId;
  }

  /** The same again, which goes its own way from here on. */
  public synchronized MemoryBlockStore copy() {
    return new MemoryBlockStore(
        new HashMap<>(blocks),
        new TreeMap<>(registers),
        new ArrayList<>(journal),
        journalId.clone());
  }

  @Override
  public synchronized Optional<byte[]> get(Cid cid) {
    Optional<byte[]> block = Optional.ofNullable(blocks.get(cid)).map(byte[]::clone);
    if (block.isPresent() && !cid.matches(block.get())) {
      throw new StorageException.Corrupt(cid);
    }
    return block;
  }

  @Override
  public synchronized boolean has(Cid cid) {
    return blocks.containsKey(cid);
  }

  @Override
  public synchronized Optional<byte[]> register(String name) {
    return Optional.ofNullable(registers.get(name)).map(byte[]::clone);
  }

  @Override
  public synchronized List<String> registers(String prefix) {
    return registers.tailMap(prefix).keySet().stream()
        .takeWhile(name -> name.startsWith(prefix))
        .toList();
  }

  @Override
  public byte[] journalId() {
    return journalId.clone();
  }

  @Override
  public synchronized long journalEnd() {
    return journal.size();
  }

  @Override
  public synchronized List<JournalEntry> journal(long position, int limit) {
    int from = (int) Math.min(position, journal.size());
    return List.copyOf(journal.subList(from, Math.min(journal.size(), from + limit)));
  }

  @Override
  public synchronized long commit(Batch batch) {
    batch.blocks().forEach((cid, block) -> blocks.put(cid, block.clone()));
    registers.putAll(batch.registers());
    blocks.keySet().removeAll(batch.discarded());
    registers.keySet().removeAll(batch.unset());
    batch
        .admitted()
        .forEach(
            one ->
                journal.add(
                    new JournalEntry(
                        journal.size() + 1L, one.kind(), one.genesis(), one.envelope())));
    return journal.size();
  }

  @Override
  public synchronized void eachBlock(Consumer<Cid> visitor) {
    List.copyOf(blocks.keySet()).forEach(visitor);
  }

  @Override
  public synchronized long size(Cid cid) {
    byte[] block = blocks.get(cid);
    return block == null ? 0 : block.length;
  }

  @Override
  public void compact() {
    // what was discarded is gone at once
  }

  @Override
  public void checkpoint(Path home) {
    throw new StorageException.Failed(
        "copy store to `" + home + "`: it is in memory alone",
        new UnsupportedOperationException("checkpoint"));
  }

  @Override
  public void close() {
    // it is kept as long as somebody holds it
  }
}
