package org.dxos.dmg.block;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The room on the disk of a home, a part of which is kept back: a database that runs out of it
 * within a write can only be started again, one that is not asked to write goes on by itself when
 * there is room. What is kept back lets a home be opened, collected and compacted on a full disk.
 */
final class Room {

  /** A block is written to the log first, and to its file later. */
  private static final int TIMES_WRITTEN = 2;

  private final Path home;
  private final LongSupplier free;

  Room(Path home, LongSupplier free) {
    this.home = home;
    this.free = free;
  }

  /** The room that the operating system gives to this user; all there is where it does not say. */
  static LongSupplier on(Path home) {
    return new Disk(home);
  }

  /**
   * To find the disk of a path the list of all that is mounted is read: once, not at each commit.
   */
  private static final class Disk implements LongSupplier {
    private final Path home;
    private volatile Optional<FileStore> found = Optional.empty();

    private Disk(Path home) {
      this.home = home;
    }

    @Override
    public long getAsLong() {
      try {
        FileStore disk = found.isPresent() ? found.get() : Files.getFileStore(home);
        found = Optional.of(disk);
        return disk.getTotalSpace() == 0 ? Long.MAX_VALUE : disk.getUsableSpace();
      } catch (IOException e) {
        return Long.MAX_VALUE; // what is wrong with the disk is told by what writes to it
      }
    }
  }

  /** Bytes that may be written beyond what is kept back; negative if there are too few. */
  long left() {
    return free.getAsLong() - BlockStore.KEPT_FREE;
  }

  /**
   * Refuses what does not fit. What only takes away always fits.
   *
   * @throws StorageException.Full if it does not
   */
  void require(Batch batch) {
    if (batch.blocks().isEmpty() && batch.admitted().isEmpty()) {
      return;
    }
    long bytes = 0;
    for (byte[] block : batch.blocks().values()) {
      bytes += block.length;
    }
    long left = left();
    if (left < TIMES_WRITTEN * bytes) {
      throw new StorageException.Full(home, left + BlockStore.KEPT_FREE, bytes);
    }
  }
}
