package org.dxos.dmg.block;

import java.nio.file.Path;
import java.util.Optional;
import org.dxos.dmg.cid.Cid;
import org.dxos.dmg.error.ErrorCode;
import org.dxos.dmg.error.Explained;

/** What a disk, or the home on it, can do to us. */
public abstract sealed class StorageException extends Explained {

  private StorageException(ErrorCode code, String message, String hint, Throwable cause) {
    super(code, message, hint, cause);
  }

  private StorageException(ErrorCode code, String message, String hint) {
    super(code, message, hint);
  }

  /** The disk or the database refused. */
  public static final class Failed extends StorageException {
    Failed(String message, Throwable cause) {
      super(
          ErrorCode.STORAGE,
          message,
          "check free space and permissions of the home, then try again; nothing was acknowledged",
          cause);
    }
  }

  /** A file of the database is damaged where not a block alone is concerned. */
  public static final class Damaged extends StorageException {
    /** The way out where nothing can be mended in place. */
    public static final String WAY_OUT =
        "restore a backup (`dmg restore BACKUP --home NEW`), or take what another node holds (`dmg"
            + " export` there, `dmg import car` into a new home): docs/care.md has the steps";

    Damaged(String message, Optional<Throwable> cause) {
      super(
          ErrorCode.STORAGE,
          message,
          "dmg fsck --mend says whether it can be mended; if not, " + WAY_OUT);
      cause.ifPresent(this::initCause);
    }
  }

  /** The disk has too little room left. Nothing was written: the same may go well later. */
  public static final class Full extends StorageException {
    Full(Path home, long free, long bytes) {
      super(
          ErrorCode.STORAGE_FULL,
          "write "
              + bytes
              + " bytes to home `"
              + home
              + "`: the disk is full, "
              + free
              + " bytes are left, of which "
              + BlockStore.KEPT_FREE
              + " are kept back",
          "make room on the disk, with dmg gc for one; reads go on, and writes do as soon as there"
              + " is room");
    }
  }

  /** Bytes on disk that are not those of their CID. */
  public static final class Corrupt extends StorageException {
    private static final String HINT =
        "restore the block from a backup or from a node that holds it";

    private final Cid cid;

    Corrupt(Cid cid) {
      super(
          ErrorCode.BLOCK_CORRUPT,
          "read block `" + cid + "`: the bytes on disk do not hash to it",
          HINT);
      this.cid = cid;
    }

    Corrupt(Cid cid, Throwable cause) {
      super(
          ErrorCode.BLOCK_CORRUPT,
          "read block `" + cid + "`: a file of the database is damaged: " + cause.getMessage(),
          HINT,
          cause);
      this.cid = cid;
    }

    /** The block that is damaged. */
    public Cid cid() {
      return cid;
    }
  }

  /** The database is of an earlier moment than when it was closed last, or of another home. */
  public static final class CutBack extends StorageException {
    CutBack(Path file, long position, long end) {
      super(
          ErrorCode.STORAGE,
          position < 0
              ? "open home: its database is of another home than file `" + file + "`"
              : "open home: its journal ends at position "
                  + end
                  + ", by file `"
                  + file
                  + "` it came to "
                  + position
                  + ": what came after is lost",
          "restore it from a backup; to go on with what is left, delete that file, and take what"
              + " others hold before anything is signed");
    }
  }

  /** The file that says which files of the database count is gone. Nothing was changed. */
  public static final class Beheaded extends StorageException {
    Beheaded(Path folder) {
      super(
          ErrorCode.STORAGE,
          "open database `" + folder + "`: its file `CURRENT` is gone, and others are there",
          "put it back (it names the newest file `MANIFEST-…` beside it), or restore a backup into"
              + " another home");
    }
  }

  /** Another process has the home open. */
  public static final class Locked extends StorageException {
    Locked(Path home, String holder) {
      super(
          ErrorCode.DATA_DIR_LOCKED,
          "open home `" + home + "`: it is in use by process " + holder,
          "wait for that process, or stop it; if it is a node, ask it with --node URL; or use another home"
              + " with DMG_HOME or --home");
    }
  }

  /** The home was written by a version that this one does not know. */
  public static final class NewerFormat extends StorageException {
    NewerFormat(Path home, String found, int known) {
      super(
          ErrorCode.FORMAT_NEWER,
          "open home `"
              + home
              + "`: it has format `"
              + found
              + "`, this version reads up to `"
              + known
              + "`",
          "use the version of dmg that wrote it, or a newer one");
    }
  }
}
