package org.dxos.dmg.install;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.dxos.dmg.error.ErrorCode;

/**
 * Keeps other installs out of a folder. The operating system lets go of it when the process ends,
 * however it ends.
 */
final class InstallClaim implements AutoCloseable {

  private final FileChannel channel;

  private InstallClaim(FileChannel channel) {
    this.channel = channel;
  }

  static InstallClaim take(Path file, Path into) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw busy(into);
      }
      return new InstallClaim(channel);
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw busy(into);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static InstallException busy(Path into) {
    return new InstallException(
        ErrorCode.DATA_DIR_LOCKED,
        "install into `" + into + "`: another install is at work there",
        "wait for it to end, then try again");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
