package org.dxos.dmg.unixfs;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Takes the folders and files of a bundle in the order of a walk by name, a folder before what is
 * in it. Paths are relative, with {@code /}, and of names that every system can write.
 */
public interface BundleVisitor {

  /** A folder below the root. */
  default void folder(String path) throws IOException {}

  /**
   * A file: where its {@code size} bytes go. Every block is checked before its bytes are written;
   * the stream is closed after the last one, and also if the walk fails.
   */
  OutputStream file(String path, long size) throws IOException;
}
