package org.dxos.dmg.unixfs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file that goes into a bundle.
 *
 * @param path relative, with {@code /}, as it will stand in the bundle
 * @param size its length in bytes; it is an error if the content turns out to have another
 * @param content opens the bytes, once or more often
 */
public record BundleFile(String path, long size, Content content) {

  public BundleFile {
    if (size < 0) {
      throw new IllegalArgumentException("a file of " + size + " bytes");
    }
  }

  /** Opens the bytes of a file; the caller closes the stream. */
  @FunctionalInterface
  public interface Content {
    InputStream open() throws IOException;
  }

  /** {@code bytes} under {@code path}. The array must not change until it is written. */
  public static BundleFile of(String path, byte[] bytes) {
    return new BundleFile(path, bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  /** The file on disk, which is not followed if it has become a link. */
  static BundleFile of(String path, long size, Path file) {
    return new BundleFile(path, size, () -> Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS));
  }
}
