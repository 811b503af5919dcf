package org.dxos.dmg.block;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and folders that nobody but their owner may read: modes 0600 and 0700, from their first
 * moment on, where the file system has such.
 */
public final class OwnerOnly {

  private OwnerOnly() {}

  /** Makes a folder, and those above it, if it is not there; one that is keeps its mode. */
  public static void folder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      if (folder.getParent() != null) {
        Files.createDirectories(folder.getParent());
      }
      Files.createDirectory(folder, mode(folder, "rwx------"));
    }
  }

  /** Opens a new file to write to, in the place of one that is there. */
  public static FileChannel file(Path file) throws IOException {
    Files.deleteIfExists(file);
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        mode(file, "rw-------"));
  }

  private static FileAttribute<?>[] mode(Path of, String mode) {
    return of.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
