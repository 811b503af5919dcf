package org.dxos.dmg.sync.replica;

import java.io.IOException;
import java.util.Optional;
import org.dxos.dmg.sync.wire.Item;
import org.dxos.dmg.sync.wire.Request;

/** Another node, that can be asked. */
public interface Remote {

  /** An answer as it comes. */
  interface Answer extends AutoCloseable {

    /** The next item; empty at the end. */
    Optional<Item> next() throws IOException;

    @Override
    void close();
  }

  /** Who it is, for people. */
  String name();

  /**
   * Asks.
   *
   * @throws IOException if it cannot be reached, or breaks off
   */
  Answer ask(Request request) throws IOException;
}
