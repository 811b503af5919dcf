package org.dxos.dmg.block;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;

/**
 * Blocks, journal and registers. Safe for use by many threads; commits are applied one after the
 * other.
 *
 * <p>An implementation guarantees: a commit is wholly there or wholly absent after any crash; when
 * {@link #commit} has returned it is there; {@link #get} returns only bytes that hash to the CID.
 */
public interface BlockStore extends BlockSource, AutoCloseable {

  /** Largest block: what other IPFS implementations accept over the wire. */
  int MAX_BLOCK_BYTES = 2 * 1024 * 1024;

  /**
   * Bytes of its disk that nothing is added into: kept for opening a home, for settling it on the
   * way out, and for giving space back.
   */
  long KEPT_FREE = 64L * 1024 * 1024;

  /**
   * @throws StorageException.Corrupt if the bytes held are not those of the CID
   */
  @Override
  Optional<byte[]> get(Cid cid);

  /** True if the block is held; its bytes are not looked at. */
  boolean has(Cid cid);

  /** The value of a register, or empty if it was never set. */
  Optional<byte[]> register(String name);

  /** The names of the registers that begin with {@code prefix}, ascending. */
  List<String> registers(String prefix);

  /**
   * 16 random bytes made when the journal was begun: a cursor of another journal means nothing
   * here.
   */
  byte[] journalId();

  /** The position of the newest entry; 0 if there is none. Positions count from 1 without gaps. */
  long journalEnd();

  /** Entries after {@code position}, oldest first, at most {@code limit}. */
  List<JournalEntry> journal(long position, int limit);

  /**
   * Makes everything in {@code batch} durable, or nothing.
   *
   * @return the position of the newest journal entry after it
   * @throws StorageException.Full if there is too little room; it may be tried again
   * @throws StorageException if the disk refuses; nothing was acknowledged then
   */
  long commit(Batch batch);

  /**
   * Bytes that may still be written before {@link #commit} refuses to add anything, for those who
   * write beside it; negative if it does.
   */
  default long room() {
    return Long.MAX_VALUE;
  }

  /** Visits every block's CID; for checks and collection, not for serving. */
  void eachBlock(java.util.function.Consumer<Cid> visitor);

  /** The bytes of a block, as they lie there; 0 if it is not held. */
  long size(Cid cid);

  /** Gives the space back that blocks took which were discarded. Takes a while; reads go on. */
  void compact();

  /**
   * Makes a home in a folder that is not there yet, with all that this holds at one moment; files
   * are shared with it where the disk can.
   */
  void checkpoint(Path home);

  @Override
  void close();
}
