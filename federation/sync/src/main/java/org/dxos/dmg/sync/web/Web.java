package org.dxos.dmg.sync.web;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** One place in the web that can be read. */
interface Web extends AutoCloseable {

  /**
   * The answers to paths, in order; empty where there is nothing.
   *
   * @param most bytes of one answer
   * @param together bytes of all of them
   * @throws org.dxos.dmg.sync.wire.SyncException if one of them is no answer to a plain question,
   *     as when it leads elsewhere, or they are too large
   * @throws IOException if it cannot be reached, breaks off, or takes too long
   */
  List<Optional<byte[]>> get(List<String> paths, int most, long together) throws IOException;

  @Override
  void close();
}
