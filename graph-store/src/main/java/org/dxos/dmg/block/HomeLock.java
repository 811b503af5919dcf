package org.dxos.dmg.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds a home for one process, and checks that this version can read it. The operating system
 * releases the lock when the process ends, however it ends.
 */
final class HomeLock implements AutoCloseable {

  /** The layout of a home as this version writes it. */
  static final int FORMAT = 1;

  /**
   * Homes that this process has open, by their real path. Asked before the lock file is opened: on
   * POSIX systems a process loses all its locks on a file when it closes any channel to it, so that
   * a second attempt within the process would let others in.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final FileChannel channel;
  private final Path real;

  private HomeLock(FileChannel channel, Path real) {
    this.channel = channel;
    this.real = real;
  }

  /**
   * Makes the home if it is not there, and takes it.
   *
   * @throws StorageException.Locked if another process has it
   * @throws StorageException.NewerFormat if its format is not known
   */
  static HomeLock take(Path home) {
    try {
      OwnerOnly.folder(home);
      Path real = home.toRealPath();
      if (!HELD.add(real)) {
        throw thisProcess(home);
      }
      try {
        return take(home, real);
      } catch (RuntimeException | IOException e) {
        HELD.remove(real);
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException.Failed("open home `" + home + "`: " + e, e);
    }
  }

  private static HomeLock take(Path home, Path real) throws IOException {
    FileChannel channel =
        FileChannel.open(
            home.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      lock(channel, home);
      checkFormat(home);
      return new HomeLock(channel, real);
    } catch (RuntimeException | IOException e) {
      channel.close();
      throw e;
    }
  }

  private static StorageException.Locked thisProcess(Path home) {
    return new StorageException.Locked(home, ProcessHandle.current().pid() + " (this one)");
  }

  private static void lock(FileChannel channel, Path home) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
    } catch (OverlappingFileLockException e) {
      throw thisProcess(home);
    }
    if (lock == null) {
      ByteBuffer holder = ByteBuffer.allocate(32);
      channel.read(holder, 0);
      throw new StorageException.Locked(
          home,
          new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII).strip());
    }
    channel.truncate(0);
    byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    channel.write(ByteBuffer.wrap(pid), 0);
  }

  private static void checkFormat(Path home) throws IOException {
    Path file = home.resolve("format");
    if (!Files.exists(file)) {
      Path fresh = home.resolve("format.new");
      try (FileChannel out =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap((FORMAT + "\n").getBytes(StandardCharsets.US_ASCII)));
        out.force(true);
      }
      Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    String found = Files.readString(file).strip();
    if (!found.equals(String.valueOf(FORMAT))) {
      throw new StorageException.NewerFormat(home, found, FORMAT);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StorageException.Failed("close home: " + e, e);
    } finally {
      HELD.remove(real);
    }
  }
}
