package org.dxos.dmg.unixfs;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the entries of a walk below a folder that it has made itself, which nobody else can enter
 * before {@link #complete}. Every file is created new: nothing that is there already, a link least
 * of all, is ever written through. Closed without completion it removes the folder.
 */
final class Extraction implements BundleVisitor, AutoCloseable {

  private final Path root;
  private final Set<String> exec;
  private final boolean sync;
  private final boolean modes;
  private final List<Path> folders = new ArrayList<>();
  private boolean complete;

  private Extraction(Path root, Set<String> exec, boolean sync) {
    this.root = root;
    this.exec = exec;
    this.sync = sync;
    this.modes = root.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  static Extraction into(Path folder, Set<String> exec, boolean sync) throws IOException {
    Extraction extraction = new Extraction(folder, exec, sync);
    if (extraction.modes) {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else {
      Files.createDirectory(folder);
    }
    extraction.folders.add(folder);
    return extraction;
  }

  @Override
  public void folder(String path) throws IOException {
    Path folder = root.resolve(path);
    Files.createDirectory(folder);
    mode(folder, "rwxr-xr-x");
    folders.add(folder);
  }

  @Override
  public OutputStream file(String path, long size) throws IOException {
    Path file = root.resolve(path);
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS));
    try {
      mode(file, exec.contains(path) ? "rwxr-xr-x" : "rw-r--r--");
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new FilterOutputStream(Channels.newOutputStream(channel)) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() throws IOException {
        try (channel) {
          if (sync && channel.isOpen()) {
            channel.force(true);
          }
        }
      }
    };
  }

  /** All is written: syncs the folders, deepest first, and opens the root to readers. */
  void complete() throws IOException {
    mode(root, "rwxr-xr-x");
    if (sync && modes) {
      for (Path folder : folders.reversed()) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    }
    complete = true;
  }

  private void mode(Path path, String mode) throws IOException {
    if (modes) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
  }

  @Override
  public void close() throws IOException {
    if (complete) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
