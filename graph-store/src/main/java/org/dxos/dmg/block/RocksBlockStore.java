package org.dxos.dmg.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.dxos.dmg.cid.Cid;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The block store on a local disk. One process at a time has a home open.
 *
 * <p>Threads: readers are free of each other and of the writer; {@link #commit} holds {@code
 * writer}, which also guards {@code journalEnd}. Everything that touches the database holds {@code
 * open} for reading, taken after {@code writer}; to close it is taken for writing, as a database
 * that is used after it was closed takes the process with it.
 */
public final class RocksBlockStore implements BlockStore {

  private static final org.slf4j.Logger LOG =
      org.slf4j.LoggerFactory.getLogger(RocksBlockStore.class);

  /**
   * Read cache of the database: enough for the trees of a large authority, small for a small
   * machine.
   */
  private static final long CACHE_BYTES = 32L * 1024 * 1024;

  /** Values above this go to blob files, so that compaction does not copy bundles about. */
  private static final long BLOB_BYTES = 32 * 1024;

  private static final String JOURNAL_ID = "journal/id";

  private static final String DATABASE = "db";

  /** What was in the place of {@link #DATABASE} before it was mended. */
  private static final String DAMAGED = "db.damaged";

  static {
    RocksDB.loadLibrary();
  }

  private final Path home;
  private final HomeLock lock;
  private final List<AutoCloseable> resources;
  private final RocksDB db;
  private final ColumnFamilyHandle blocks;
  private final ColumnFamilyHandle journal;
  private final ColumnFamilyHandle registers;
  private final WriteOptions synced;
  private final byte[] journalId;
  private final Watermark watermark;
  private final Room room;
  private final ReentrantLock writer = new ReentrantLock();
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed;
  private volatile long journalEnd;

  /** Set when a commit failed: what of it reached the disk is not known before the next start. */
  private boolean broken;

  /**
   * Opens the home, and makes it if it is not there.
   *
   * @param random for the id of a new journal
   * @throws StorageException if the home is locked, of a newer format, or the disk refuses
   */
  public static RocksBlockStore open(Path home, RandomGenerator random) {
    return open(home, random, Room.on(home));
  }

  /**
   * Opens a home on a disk of which it is known how much is left.
   *
   * @param free bytes that may be written
   */
  static RocksBlockStore open(Path home, RandomGenerator random, LongSupplier free) {
    HomeLock lock = HomeLock.take(home);
    try {
      return new RocksBlockStore(home, random, lock, new Room(home, free));
    } catch (RocksDBException e) {
      lock.close();
      throw failed("open database of home `" + home + "`", e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private RocksBlockStore(Path home, RandomGenerator random, HomeLock lock, Room room)
      throws RocksDBException {
    this.home = home;
    this.lock = lock;
    this.room = room;
    putBack(home);
    requireCurrent(home.resolve(DATABASE));
    Cache cache = new LRUCache(CACHE_BYTES);
    BloomFilter bloom = new BloomFilter(10);
    BlockBasedTableConfig table =
        new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(bloom);
    ColumnFamilyOptions plain = new ColumnFamilyOptions().setTableFormatConfig(table);
    ColumnFamilyOptions large =
        new ColumnFamilyOptions()
            .setTableFormatConfig(table)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            .setEnableBlobFiles(true)
            .setMinBlobSize(BLOB_BYTES)
            .setEnableBlobGarbageCollection(true);
    DBOptions options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setKeepLogFileNum(2)
            .setMaxOpenFiles(256)
            // What was acknowledged was synced, so a log that is damaged before its end is no
            // crash:
            // to go on without the rest would be to lose it and say nothing.
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    this.db =
        RocksDB.open(
            options,
            home.resolve(DATABASE).toString(),
            List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, plain),
                new ColumnFamilyDescriptor(ascii("blocks"), large),
                new ColumnFamilyDescriptor(ascii("journal"), plain),
                new ColumnFamilyDescriptor(ascii("registers"), plain)),
            handles);
    this.blocks = handles.get(1);
    this.journal = handles.get(2);
    this.registers = handles.get(3);
    this.synced = new WriteOptions().setSync(true);
    this.resources = new ArrayList<>(handles);
    this.resources.addAll(List.of(synced, db, options, plain, large, bloom, cache));
    try {
      this.journalId = begin(random);
      this.journalEnd = readJournalEnd();
      this.watermark = new Watermark(home, journalId);
      watermark.require(journalEnd);
    } catch (RuntimeException | RocksDBException e) {
      release();
      throw e;
    }
  }

  /** True if there is a home in a folder, be it a damaged one. */
  public static boolean isHome(Path folder) {
    return Stream.of("format", DATABASE, DAMAGED)
        .anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  /** A mending that was cut off between its two moves is as if it had not begun. */
  private static void putBack(Path home) {
    try {
      if (!Files.exists(home.resolve(DATABASE)) && Files.exists(home.resolve(DAMAGED))) {
        Files.move(home.resolve(DAMAGED), home.resolve(DATABASE));
      }
    } catch (IOException e) {
      throw new StorageException.Failed("open home `" + home + "`: " + e, e);
    }
  }

  /**
   * Files of a database without the one that says which of them count: the engine would begin anew
   * beside them, and at its next start delete them.
   */
  private static void requireCurrent(Path folder) {
    if (!Files.isDirectory(folder) || Files.exists(folder.resolve("CURRENT"))) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.anyMatch(file -> file.getFileName().toString().matches(".*\\.(sst|blob|log)"))) {
        throw new StorageException.Beheaded(folder);
      }
    } catch (IOException e) {
      throw new StorageException.Failed("open database `" + folder + "`: " + e, e);
    }
  }

  private void release() {
    resources.forEach(
        resource -> {
          try {
            resource.close();
          } catch (Exception e) {
            throw new StorageException.Failed("close database: " + e.getMessage(), e);
          }
        });
  }

  /** On the way out: what is in files need not be read from the log again. */
  private void settle() {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      if (!broken) {
        db.flush(wait, List.of(blocks, journal, registers));
        watermark.close();
        watermark.set(journalEnd);
      }
    } catch (RocksDBException | IOException | StorageException e) {
      LOG.debug("not settled, the log has it all: {}", e.toString());
    }
  }

  private byte[] begin(RandomGenerator random) throws RocksDBException {
    byte[] known = db.get(registers, ascii(JOURNAL_ID));
    if (known != null) {
      return known;
    }
    byte[] id = new byte[16];
    random.nextBytes(id);
    db.put(registers, synced, ascii(JOURNAL_ID), id);
    return id;
  }

  private long readJournalEnd() {
    try (RocksIterator at = db.newIterator(journal)) {
      at.seekToLast();
      requireEnd(at, "read the end of the journal");
      return at.isValid() ? ByteBuffer.wrap(at.key()).getLong() : 0;
    }
  }

  private void enter() {
    open.readLock().lock();
    if (closed) {
      open.readLock().unlock();
      throw new StorageException.Failed(
          "use block store: it was closed", new IllegalStateException("closed"));
    }
  }

  private void leave() {
    open.readLock().unlock();
  }

  @Override
  public Optional<byte[]> get(Cid cid) {
    enter();
    try {
      byte[] block = db.get(blocks, cid.bytes());
      if (block == null) {
        return Optional.empty();
      }
      if (!cid.matches(block)) {
        throw new StorageException.Corrupt(cid);
      }
      return Optional.of(block);
    } catch (RocksDBException e) {
      if (isDamage(e)) {
        throw new StorageException.Corrupt(cid, e);
      }
      throw failed("read block `" + cid + "`", e);
    } finally {
      leave();
    }
  }

  @Override
  public boolean hashed() {
    return true;
  }

  @Override
  public boolean has(Cid cid) {
    byte[] key = cid.bytes();
    enter();
    try {
      return db.get(blocks, key, new byte[0]) != RocksDB.NOT_FOUND;
    } catch (RocksDBException e) {
      throw failed("look for block `" + cid + "`", e);
    } finally {
      leave();
    }
  }

  @Override
  public long size(Cid cid) {
    enter();
    try {
      int size = db.get(blocks, cid.bytes(), new byte[0]);
      return size == RocksDB.NOT_FOUND ? 0 : size;
    } catch (RocksDBException e) {
      throw failed("look for block `" + cid + "`", e);
    } finally {
      leave();
    }
  }

  @Override
  public void checkpoint(Path home) {
    enter();
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      Files.createDirectories(home);
      checkpoint.createCheckpoint(home.resolve(DATABASE).toString());
    } catch (RocksDBException e) {
      throw failed("copy database to `" + home + "`", e);
    } catch (IOException e) {
      throw new StorageException.Failed("copy database to `" + home + "`: " + e, e);
    } finally {
      leave();
    }
  }

  @Override
  public void compact() {
    enter();
    try {
      db.compactRange(blocks);
    } catch (RocksDBException e) {
      throw failed("compact blocks", e);
    } finally {
      leave();
    }
  }

  @Override
  public Optional<byte[]> register(String name) {
    enter();
    try {
      return Optional.ofNullable(db.get(registers, ascii(name)));
    } catch (RocksDBException e) {
      throw failed("read register `" + name + "`", e);
    } finally {
      leave();
    }
  }

  @Override
  public List<String> registers(String prefix) {
    List<String> names = new ArrayList<>();
    enter();
    try (RocksIterator at = db.newIterator(registers)) {
      for (at.seek(ascii(prefix)); at.isValid(); at.next()) {
        String name = new String(at.key(), StandardCharsets.US_ASCII);
        if (!name.startsWith(prefix)) {
          break;
        }
        names.add(name);
      }
      requireEnd(at, "list registers `" + prefix + "`");
    } finally {
      leave();
    }
    return names;
  }

  @Override
  public byte[] journalId() {
    return journalId.clone();
  }

  @Override
  public long journalEnd() {
    return journalEnd;
  }

  @Override
  public List<JournalEntry> journal(long position, int limit) {
    List<JournalEntry> entries = new ArrayList<>();
    enter();
    try (RocksIterator at = db.newIterator(journal)) {
      for (at.seek(position(position + 1)); at.isValid() && entries.size() < limit; at.next()) {
        entries.add(JournalEntry.decode(ByteBuffer.wrap(at.key()).getLong(), at.value()));
      }
      requireEnd(at, "read the journal after position " + position);
    } finally {
      leave();
    }
    return entries;
  }

  @Override
  public long room() {
    return room.left();
  }

  @Override
  public long commit(Batch batch) {
    writer.lock();
    try {
      enter();
      try {
        return write(batch);
      } finally {
        leave();
      }
    } finally {
      writer.unlock();
    }
  }

  private long write(Batch batch) {
    try (WriteBatch write = new WriteBatch()) {
      requireSound();
      room.require(batch);
      long end = journalEnd;
      for (Map.Entry<Cid, byte[]> block : batch.blocks().entrySet()) {
        write.put(blocks, block.getKey().bytes(), block.getValue());
      }
      for (Map.Entry<String, byte[]> register : batch.registers().entrySet()) {
        write.put(registers, ascii(register.getKey()), register.getValue());
      }
      for (Cid discarded : batch.discarded()) {
        write.delete(blocks, discarded.bytes());
      }
      for (String register : batch.unset()) {
        write.delete(registers, ascii(register));
      }
      for (Batch.Admitted one : batch.admitted()) {
        end++;
        byte[] value = new JournalEntry(end, one.kind(), one.genesis(), one.envelope()).encode();
        write.put(journal, position(end), value);
      }
      db.write(synced, write);
      if (end > journalEnd) {
        journalEnd = end;
        watermark.advance(end);
      }
      return end;
    } catch (RocksDBException e) {
      broken = true;
      throw failed("commit " + batch.blocks().size() + " blocks", e);
    }
  }

  /** After a failed write nothing is written any more: a second try could succeed over a hole. */
  private void requireSound() {
    if (broken) {
      throw new StorageException.Failed(
          "commit: a write failed before, so this process only reads until it is started again",
          new IllegalStateException("a commit failed"));
    }
  }

  @Override
  public void eachBlock(Consumer<Cid> visitor) {
    enter();
    try (RocksIterator at = db.newIterator(blocks)) {
      for (at.seekToFirst(); at.isValid(); at.next()) {
        visitor.accept(Cid.fromBytes(at.key()));
      }
      requireEnd(at, "list blocks");
    } finally {
      leave();
    }
  }

  /**
   * Copies what can be read into another store, for a database whose files are damaged. Journal and
   * registers are copied whole or not at all; of the blocks those that can be read and hash to
   * their CIDs.
   *
   * @param into an empty one; it has the journal's id when it is opened the next time
   * @return gaps in the files of the blocks, that is in what was not copied
   * @throws StorageException.Damaged if the journal or the registers cannot be read whole
   */
  public int copyReadable(BlockStore into) {
    enter();
    try {
      Rescue rescue = new Rescue(db, into);
      int damaged = rescue.registers(registers) + rescue.journal(journal);
      if (damaged > 0 || into.journalEnd() != journalEnd) {
        throw new StorageException.Damaged(
            "mend database of home `%s`: its journal or its registers cannot be read whole"
                .formatted(home),
            Optional.empty());
      }
      return rescue.blocks(blocks);
    } finally {
      leave();
    }
  }

  /**
   * Closes this, and opens the home with the database of another, which is closed. No other process
   * gets at the home meanwhile. The database of before lies beside, until {@link #dropDamaged}.
   */
  public RocksBlockStore replaced(Path other, RandomGenerator random) {
    shut();
    try {
      Files.move(home.resolve(DATABASE), home.resolve(DAMAGED), StandardCopyOption.ATOMIC_MOVE);
      Files.move(other.resolve(DATABASE), home.resolve(DATABASE), StandardCopyOption.ATOMIC_MOVE);
      return new RocksBlockStore(home, random, lock, room);
    } catch (RocksDBException e) {
      lock.close();
      throw failed("open mended database of home `" + home + "`", e);
    } catch (IOException e) {
      lock.close();
      throw new StorageException.Failed("mend database of home `" + home + "`: " + e, e);
    }
  }

  /** The damaged database that {@link #replaced} has put aside, if it is there. */
  public Optional<Path> damaged() {
    return Optional.of(home.resolve(DAMAGED)).filter(Files::exists);
  }

  /**
   * Checks that none lies there: what an earlier mending put aside may have what is lacking now.
   *
   * @throws StorageException.Damaged if one does
   */
  public void requireNoneDamaged() {
    if (damaged().isPresent()) {
      throw new StorageException.Damaged(
          "mend database of home `%s`: `%s`, which an earlier mending put aside, is still there"
              .formatted(home, DAMAGED),
          Optional.empty());
    }
  }

  /** Takes it away. */
  public void dropDamaged() {
    try {
      delete(home.resolve(DAMAGED));
    } catch (IOException e) {
      throw new StorageException.Failed("delete `" + home.resolve(DAMAGED) + "`: " + e, e);
    }
  }

  /** Databases are flat. */
  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  @Override
  public void close() {
    try {
      shut();
    } finally {
      lock.close();
    }
  }

  private void shut() {
    writer.lock();
    open.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      settle();
      release();
    } finally {
      open.writeLock().unlock();
      writer.unlock();
    }
  }

  private static byte[] position(long position) {
    return ByteBuffer.allocate(Long.BYTES).putLong(position).array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean isDamage(RocksDBException e) {
    return e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
  }

  /** An iterator that meets a damaged file ends as if there were nothing more. */
  private static void requireEnd(RocksIterator at, String what) {
    try {
      at.status();
    } catch (RocksDBException e) {
      throw failed(what, e);
    }
  }

  private static StorageException failed(String what, RocksDBException e) {
    return isDamage(e)
        ? new StorageException.Damaged(what + ": " + e.getMessage(), Optional.of(e))
        : new StorageException.Failed(what + ": " + e.getMessage(), e);
  }
}
