package org.dxos.dmg.block;

import java.nio.file.Path;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** What a disk, or the home on it, can do to us. */
public abstract sealed class StorageException extends RuntimeException implements Explained {

  private StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  private StorageException(String message) {
    super(message);
  }

  @Override
  public String message() {
    return String.valueOf(getMessage());
  }

  /** The disk or the database refused. */
  public static final class Failed extends StorageException {
    Failed(String message, Throwable cause) {
      super(message, cause);
    }

    @Override
    public ErrorCode code() {
      return ErrorCode.STORAGE;
    }

    @Override
    public Optional<String> hint() {
      return Optional.of(
          "check free space and permissions of the home, then try again; nothing was acknowledged");
    }
  }

  /** The disk has too little room left. Nothing was written: the same may go well later. */
  public static final class Full extends StorageException {
    Full(Path home, long free, long bytes) {
      super(
          "write "
              + bytes
              + " bytes to home `"
              + home
              + "`: the disk is full, "
              + free
              + " bytes are left, of which "
              + BlockStore.KEPT_FREE
              + " are kept back");
    }

    @Override
    public ErrorCode code() {
      return ErrorCode.STORAGE_FULL;
    }

    @Override
    public Optional<String> hint() {
      return Optional.of(
          "make room on the disk, with dmg gc for one; reads go on, and writes do as soon as there"
              + " is room");
    }
  }

  /** Bytes on disk that are not those of their CID. */
  public static final class Corrupt extends StorageException {
    private final Cid cid;

    Corrupt(Cid cid) {
      super("read block `" + cid + "`: the bytes on disk do not hash to it");
      this.cid = cid;
    }

    Corrupt(Cid cid, Throwable cause) {
      super(
          "read block `" + cid + "`: a file of the database is damaged: " + cause.getMessage(),
          cause);
      this.cid = cid;
    }

    /** The block that is damaged. */
    public Cid cid() {
      return cid;
    }

    @Override
    public ErrorCode code() {
      return ErrorCode.BLOCK_CORRUPT;
    }

    @Override
    public Optional<String> hint() {
      return Optional.of("restore the block from a backup or from a node that holds it");
    }
  }

  /** The database is of an earlier moment than when it was closed last, or of another home. */
  public static final class CutBack extends StorageException {
    CutBack(Path file, long position, long end) {
      super(
          position < 0
              ? "open home: its database is of another home than file `" + file + "`"
              : "open home: its journal ends at position "
                  + end
                  + ", by file `"
                  + file
                  + "` it came to "
                  + position
                  + ": what came after is lost");
    }

    @Override
    public ErrorCode code() {
      return ErrorCode.STORAGE;
    }

    @Override
    public Optional<String> hint() {
      return Optional.of(
          "restore it from a backup; to go on with what is left, delete that file, and take what"
              + " others hold before anything is signed");
    }
  }

  /** Another process has the home open. */
  public static final class Locked extends StorageException {
    Locked(Path home, String holder) {
      super("open home `" + home + "`: it is in use by process " + holder);
    }

    @Override
    public ErrorCode code() {
      return ErrorCode.DATA_DIR_LOCKED;
    }

    @Override
    public Optional<String> hint() {
      return Optional.of("wait for that process, or use another home with DMG_HOME or --home");
    }
  }

  /** The home was written by a version that this one does not know. */
  public static final class NewerFormat extends StorageException {
    NewerFormat(Path home, String found, int known) {
      super(
          "open home `"
              + home
              + "`: it has format `"
              + found
              + "`, this version reads up to `"
              + known
              + "`");
    }

    @Override
    public ErrorCode code() {
      return ErrorCode.FORMAT_NEWER;
    }

    @Override
    public Optional<String> hint() {
      return Optional.of("use the version of dmg that wrote it, or a newer one");
    }
  }
}
