package org.dxos.dmg.libp2p.wire;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Two directions of bytes, the thing that every layer takes and gives. A read of zero bytes answers
 * zero; a read answers what is there and does not wait for more.
 */
public interface Duplex extends AutoCloseable {

  InputStream in();

  /** One write is one write below; nothing is buffered unless the layer says so. */
  OutputStream out();

  /**
   * Ends both directions at once; blocked readers and writers fail. May be called from any thread.
   */
  @Override
  void close();
}
